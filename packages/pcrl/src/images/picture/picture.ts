import { ImageError } from '../../errors.js';
import { readBytes, readHead } from '../bytes.js';
import type { ImageFormat } from '../format.js';
import { type Image, type ImageHeader, sharedVoxels } from '../image.js';
import { writeWhole } from '../write-whole.js';
import { type PictureSize, pictureSize } from './picture-size.js';

/** How sharp's names for what is in the file translate into an exact decode. */
const DECODES = {
  'b-w': { space: 'b-w', depth: 'uchar', highest: 255 },
  srgb: { space: 'srgb', depth: 'uchar', highest: 255 },
  // Only these two spaces keep all 16 bits; sharp's defaults drop to 8 without a word.
  grey16: { space: 'grey16', depth: 'ushort', highest: 65_535 },
  rgb16: { space: 'rgb16', depth: 'ushort', highest: 65_535 },
} as const;

/** Luma weights of ITU-R BT.601, those of Pillow's `convert('L')` and torchvision. */
const LUMA = [0.299, 0.587, 0.114] as const;

export const picture: ImageFormat = {
  name: 'PNG and JPEG',
  extensions: ['.png', '.jpg', '.jpeg'],
  dimensions: 2,
  read: (path, { colour = 'grey' }) => readPicture(path, colour),
  readHeader: readPictureHeader,
};

/**
 * Reads a PNG or JPEG of 8 or 16 bits (told by its bytes, not its name), values scaled to `[0, 1]`.
 *
 * Transparency is dropped; colour profiles and the orientation mark are ignored: pixels are as stored.
 */
async function readPicture(path: string, colour: 'grey' | 'keep'): Promise<Image> {
  const bytes = await readBytes(path);
  checkMagic(path, bytes);
  const { header, decode } = await describe(path, bytes);
  const picture = (await loadSharp())(bytes, { failOn: 'error', ignoreIcc: true });
  const { data, info } = await picture
    .toColourspace(decode.space)
    .raw({ depth: decode.depth })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw undecodable(path, error);
    });
  const stored =
    decode.depth === 'ushort'
      ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
      : data;
  const channels = colour === 'keep' ? header.channels : 1;
  const planes = { channels: header.channels, stride: info.channels, highest: decode.highest };
  const voxels = channels === 3 ? colourPlanes(stored, planes) : greyPlane(stored, planes);
  return { ...header, channels, unit: 'arbitrary', voxels };
}

/** Reads size and colours of a PNG or JPEG without decoding its pixels. */
async function readPictureHeader(path: string): Promise<ImageHeader> {
  const head = await readHead(path);
  checkMagic(path, head);
  const size = pictureSize(head);
  if (!size) return (await describe(path, await readBytes(path))).header;
  return pictureHeader(path, size);
}

async function describe(path: string, bytes: Buffer) {
  const sharp = await loadSharp();
  const { width, height, space } = await sharp(bytes)
    .metadata()
    .catch((error: unknown) => {
      throw undecodable(path, error);
    });
  const decode = DECODES[space as keyof typeof DECODES];
  if (!decode) {
    throw new ImageError(
      path,
      `its colours are ${String(space).toUpperCase()}; grey and RGB are read`,
      'Convert it to grey.',
    );
  }
  const channels = decode.space === 'b-w' || decode.space === 'grey16' ? 1 : 3;
  return { header: pictureHeader(path, { width, height, channels }), decode };
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

function greyPlane(stored: Uint8Array | Uint16Array, planes: Planes): Float32Array {
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

function colourPlanes(stored: Uint8Array | Uint16Array, planes: Planes): Float32Array {
  const pixels = stored.length / planes.stride;
  const target = sharedVoxels(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      target[channel * pixels + pixel] = stored[pixel * planes.stride + channel]! / planes.highest;
    }
  }
  return target;
}

/**
 * Writes an 8-bit PNG, for figures: `[H, W]` grey or `[H, W, 3]` RGB values, x fastest.
 *
 * @throws ImageError when `pixels` is neither `width * height` nor three times that long.
 */
export async function writePng(
  path: string,
  picture: { width: number; height: number; pixels: Uint8Array | Uint8ClampedArray },
): Promise<void> {
  const { width, height, pixels } = picture;
  const channels = pixels.length / (width * height);
  if (channels !== 1 && channels !== 3) {
    throw new ImageError(
      path,
      `cannot write ${pixels.length} values as a picture of ${width} x ${height}`,
      'Give one value a pixel for grey, or three for RGB.',
    );
  }
  const sharp = await loadSharp();
  const png = sharp(pixels, { raw: { width, height, channels } }).png();
  await writeWhole(path, await (channels === 1 ? png.toColourspace('b-w') : png).toBuffer());
}

function checkMagic(path: string, bytes: Buffer): void {
  const png = bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  if (png || jpeg) return;
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  throw new ImageError(
    path,
    `neither a PNG nor a JPEG: byte 0 starts ${start.join(' ')}`,
    'Check what the file is; its name says PNG or JPEG.',
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

/** sharp brings a native library along; volumes never need it. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  return sharp;
}
