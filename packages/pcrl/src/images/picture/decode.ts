import { ImageError } from '../../errors.js';
import { loadSharp } from './load-sharp.js';
import type { StoredPicture } from './stored-picture.js';

/** How sharp's names for what is in the file translate into an exact decode. */
const DECODES = {
  'b-w uchar': { space: 'b-w', depth: 'uchar', highest: 255, channels: 1 },
  'srgb uchar': { space: 'srgb', depth: 'uchar', highest: 255, channels: 3 },
  // Only these two spaces keep all 16 bits; sharp's defaults drop to 8 without a word.
  'grey16 ushort': { space: 'grey16', depth: 'ushort', highest: 65_535, channels: 1 },
  'rgb16 ushort': { space: 'rgb16', depth: 'ushort', highest: 65_535, channels: 3 },
  'b-w float': { space: 'b-w', depth: 'float', highest: 1, channels: 1 },
} as const;

type Decode = (typeof DECODES)[keyof typeof DECODES];

/** A picture before it is decoded. */
export interface DescribedPicture extends Pick<StoredPicture, 'width' | 'height' | 'channels'> {
  readonly decode: Decode;
}

/**
 * Decodes a PNG, JPEG or one-page TIFF.
 *
 * @throws ImageError when it is damaged, of another kind, or holds floats outside 0 to 1.
 */
export async function decodePicture(path: string): Promise<StoredPicture> {
  const { width, height, channels, decode } = await describePicture(path);
  // Decoded from top to bottom: that takes half the memory and less time.
  const opened = { failOn: 'error', ignoreIcc: true, sequentialRead: true } as const;
  const { data, info } = await (await loadSharp())(path, opened)
    .toColourspace(decode.space)
    .raw({ depth: decode.depth })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw undecodable(path, error);
    });
  const numbers = storedNumbers(data, decode.depth);
  if (decode.depth === 'float') checkRange(path, numbers);
  return { width, height, channels, stride: info.channels, highest: decode.highest, numbers };
}

function storedNumbers(data: Buffer, depth: Decode['depth']): StoredPicture['numbers'] {
  switch (depth) {
    case 'uchar':
      // A plain array, so that loops over pixels see one kind of it.
      return new Uint8Array(data.buffer, data.byteOffset, data.length);
    case 'ushort':
      return new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    case 'float':
      return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  }
}

/** Floats have no highest value to scale by, and a guess would differ from picture to picture. */
function checkRange(path: string, numbers: StoredPicture['numbers']): void {
  const outside = numbers.find((value) => !(value >= 0 && value <= 1));
  if (outside === undefined) return;
  throw new ImageError(
    path,
    `holds the float value ${outside}; floats from 0 to 1 are read`,
    'Scale it to [0, 1], or store 16-bit whole numbers.',
  );
}

/** What a decoder will make of a picture, told without its pixels. @throws ImageError */
export async function describePicture(path: string): Promise<DescribedPicture> {
  const sharp = await loadSharp();
  const { width, height, space, depth, pages } = await sharp(path)
    .metadata()
    .catch((error: unknown) => {
      throw undecodable(path, error);
    });
  if ((pages ?? 1) > 1) {
    throw new ImageError(
      path,
      `holds ${pages} pages; one picture a file is read`,
      'Save its pages as pictures, or as a volume that says where its slices lie (NIfTI, MetaImage).',
    );
  }
  const decode = DECODES[`${space} ${depth}` as keyof typeof DECODES];
  if (!decode) {
    throw new ImageError(
      path,
      `its pixels are ${String(space).toUpperCase()} ${depth}; grey and RGB of 8 or 16 bits are read`,
      'Convert it to grey.',
    );
  }
  return { width, height, channels: decode.channels, decode };
}

function undecodable(path: string, error: unknown): ImageError {
  const words = error instanceof Error ? error.message : String(error);
  return new ImageError(
    path,
    `damaged or cut short (${words.trim().split('\n')[0]})`,
    'Copy or download the file again.',
    { cause: error },
  );
}
