import { ImageError } from '../../errors.js';
import { readHead } from '../bytes.js';
import type { ImageFormat, ReadOptions } from '../format.js';
import type { Image, ImageHeader } from '../image.js';
import { decodePicture, describePicture } from './decode.js';
import { pictureSize } from './picture-size.js';
import { readPlainPng } from './png.js';
import { colourImage, greyImage, pictureHeader } from './stored-picture.js';

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
  const head = await readHead(path);
  checkMagic(path, head);
  const stored = (await readPlainPng(path, head)) ?? (await decodePicture(path));
  return options.colour === 'keep' && stored.channels === 3
    ? colourImage(path, stored)
    : greyImage(path, stored, options.shortSide ?? Infinity);
}

/** Reads size and colours of a picture without decoding its pixels. */
async function readPictureHeader(path: string): Promise<ImageHeader> {
  const head = await readHead(path);
  checkMagic(path, head);
  return pictureHeader(path, pictureSize(head) ?? (await describePicture(path)));
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
