import { ImageError } from '../../errors.js';
import { readHead } from '../bytes.js';
import type { ImageFormat, ReadOptions } from '../format.js';
import { type Image, type ImageHeader, sharedVoxels } from '../image.js';
import { shrunkGrid, shrunkPixels } from '../shrink.js';
import { loadSharp } from './load-sharp.js';
import { type PictureSize, pictureSize } from './picture-size.js';

/** How sharp's names for what is in the file translate into an exact decode. */
const DECODES = {
  'b-w uchar': { space: 'b-w', depth: 'uchar', highest: 255, channels: 1 },
  'srgb uchar': { space: 'srgb', depth: 'uchar', highest: 255, channels: 3 },
  // Only these two spaces keep all 16 bits; sharp's defaults drop to 8 without a word.
  'grey16 ushort': { space: 'grey16', depth: 'ushort', highest: 65_535, channels: 1 },
  'rgb16 ushort': { space: 'rgb16', depth: 'ushort', highest: 65_535, channels: 3 },
  'b-w float': { space: 'b-w', depth: 'float', highest: 1, channels: 1 },
} as const;

type Stored = Uint8Array | Uint16Array | Float32Array;

/** Luma weights of ITU-R BT.601, those of Pillow's `convert('L')` and torchvision. */
export const LUMA = [0.299, 0.587, 0.114] as const;

export const picture: ImageFormat = {
  name: 'PNG, JPEG and TIFF',
  extensions: ['.png', '.jpg', '.jpeg', '.tif', '.tiff'],
  dimensions: 2,
  read: readPicture,
  readHeader: readPictureHeader,
};

/**
 * Reads a PNG, JPEG or one-page TIFF (told by its bytes, not its name): 8 or 16 bits, scaled to
 * `[0, 1]`, or a TIFF of grey floats that are in `[0, 1]` already.
 *
 * Transparency is dropped; colour profiles and the orientation mark are ignored: pixels are as stored.
 */
async function readPicture(path: string, options: ReadOptions): Promise<Image> {
  checkMagic(path, await readHead(path));
  const { header, decode } = await describe(path);
  // Decoded from top to bottom: that takes half the memory and less time.
  const opened = { failOn: 'error', ignoreIcc: true, sequentialRead: true } as const;
  const { data, info } = await (await loadSharp())(path, opened)
    .toColourspace(decode.space)
    .raw({ depth: decode.depth })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw undecodable(path, error);
    });
  const stored = storedNumbers(data, decode.depth);
  if (decode.depth === 'float') checkRange(path, stored);
  const planes = { channels: header.channels, stride: info.channels, highest: decode.highest };
  const image = { ...header, unit: 'arbitrary' } as const;
  if (options.colour === 'keep' && header.channels === 3) {
    return { ...image, voxels: colourPlanes(stored, planes) };
  }
  return greyImage({ ...image, channels: 1 }, stored, planes, options.shortSide ?? Infinity);
}

function greyImage(
  image: Omit<Image, 'voxels'>,
  stored: Stored,
  planes: Planes,
  shortSide: number,
): Image {
  const smaller = shrunkGrid(image, shortSide);
  if (!smaller) return { ...image, voxels: greyPlane(stored, planes) };
  const { size, spacing } = image;
  const shrunk = { ...image, ...smaller, whole: { size, spacing } };
  if (planes.stride === 1) {
    return { ...shrunk, voxels: shrunkPixels(stored, size, smaller.size, 1 / planes.highest) };
  }
  return { ...shrunk, voxels: shrunkPixels(greyPlane(stored, planes), size, smaller.size, 1) };
}

function storedNumbers(data: Buffer, depth: 'uchar' | 'ushort' | 'float'): Stored {
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
function checkRange(path: string, stored: Stored): void {
  const outside = stored.find((value) => !(value >= 0 && value <= 1));
  if (outside === undefined) return;
  throw new ImageError(
    path,
    `holds the float value ${outside}; floats from 0 to 1 are read`,
    'Scale it to [0, 1], or store 16-bit whole numbers.',
  );
}

/** Reads size and colours of a picture without decoding its pixels. */
async function readPictureHeader(path: string): Promise<ImageHeader> {
  const head = await readHead(path);
  checkMagic(path, head);
  const size = pictureSize(head);
  if (!size) return (await describe(path)).header;
  return pictureHeader(path, size);
}

async function describe(path: string) {
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
  return { header: pictureHeader(path, { width, height, channels: decode.channels }), decode };
}

function pictureHeader(path: string, { width, height, channels }: PictureSize): ImageHeader {
  const place = { spacing: [1, 1], origin: [0, 0], direction: [1, 0, 0, 1] };
  return { path, channels, size: [width, height], ...place };
}

interface Planes {
  /** Colours that count: 1 or 3. */
  readonly channels: number;
  /** Numbers stored for each pixel, transparency included. */
  readonly stride: number;
  readonly highest: number;
}

function greyPlane(stored: Stored, planes: Planes): Float32Array {
  const { channels, stride, highest } = planes;
  const grey = sharedVoxels(stored.length / stride);
  const weights = channels === 3 ? LUMA : [1, 0, 0];
  const [red, green, blue] = weights.map((weight) => weight / highest) as [number, number, number];
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += stride) {
    const first = stored[at]!;
    // Equal channels are grey already; the exact value is kept.
    const flat = channels === 1 || (first === stored[at + 1] && first === stored[at + 2]);
    grey[pixel] = flat
      ? first / highest
      : first * red + stored[at + 1]! * green + stored[at + 2]! * blue;
  }
  return grey;
}

function colourPlanes(stored: Stored, planes: Planes): Float32Array {
  const pixels = stored.length / planes.stride;
  const target = sharedVoxels(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      target[channel * pixels + pixel] = stored[pixel * planes.stride + channel]! / planes.highest;
    }
  }
  return target;
}

/** How the files begin. TIFF's byte order comes first; 43 instead of 42 marks its form for large files. */
const MAGICS: readonly string[] = [
  '\x89PNG\r\n\x1a\n',
  '\xff\xd8\xff',
  'II*\0',
  'MM\0*',
  'II+\0',
  'MM\0+',
];

function checkMagic(path: string, bytes: Buffer): void {
  const start = bytes.toString('latin1', 0, 8);
  if (MAGICS.some((magic) => start.startsWith(magic))) return;
  const shown = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  throw new ImageError(
    path,
    `neither a PNG nor a JPEG nor a TIFF: byte 0 starts ${shown.join(' ')}`,
    'Check what the file is; its name says it is a picture.',
  );
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
