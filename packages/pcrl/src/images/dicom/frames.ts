import { type FileHandle, open } from 'node:fs/promises';
import { ImageError } from '../../errors.js';
import { readBytes, unreadable } from '../bytes.js';
import type { StoredVoxels } from '../voxel-type.js';
import { decompress } from './decompress.js';
import { splitFrames } from './fragments.js';
import { inflateDataSet } from './open-file.js';
import { frameBytes } from './pixel-format.js';
import type { ImageFile } from './slices.js';
import { bytesOf, spreadChroma, tidyFrame, unpackBitmap, unpackFrame, ybrToRgb } from './unpack.js';

/** One frame to read, and where its numbers go. */
export interface FrameRequest {
  readonly frame: number;
  readonly target: StoredVoxels;
}

/**
 * Reads frames of a file into arrays: stored numbers, colours as RGB pixel by pixel.
 *
 * @throws ImageError when the pixels are cut short, damaged, or cannot be decoded
 */
export async function readFrames(file: ImageFile, requests: readonly FrameRequest[]) {
  if (file.pixels.length === undefined) await readEncapsulated(file, requests);
  else await readNative(file, requests);
  // The JPEG decoder turns colours into RGB itself.
  if (file.format.photometric !== 'YBR' || file.syntax.packing === 'jpeg') return;
  for (const { target } of requests) ybrToRgb(target);
}

async function readNative(file: ImageFile, requests: readonly FrameRequest[]): Promise<void> {
  checkLength(file);
  if (file.syntax.deflated) {
    const whole = await readBytes(file.path);
    const inflated = inflateDataSet(file.path, whole, file.dataSetStart);
    const slice = async (at: number, length: number) => inflated.subarray(at, at + length);
    for (const request of requests) await nativeFrame(file, request, slice);
    return;
  }
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw unreadable(file.path, error);
  });
  try {
    for (const request of requests) {
      if (isDirect(file)) await directFrame(file, request, handle);
      else await nativeFrame(file, request, (at, length) => readAt(file, handle, at, length));
    }
  } finally {
    await handle.close();
  }
}

/** Whether the bytes of a frame can be read to where its numbers belong. */
function isDirect({ format }: ImageFile): boolean {
  return format.bitsAllocated >= 8 && !format.halvedChroma;
}

async function directFrame(file: ImageFile, { frame, target }: FrameRequest, handle: FileHandle) {
  const at = file.pixels.offset + frame * frameBytes(file.format);
  await readInto(file, handle, at, bytesOf(target));
  tidyFrame({ ...file.format, littleEndian: file.syntax.littleEndian }, file.format, target);
}

async function nativeFrame(
  file: ImageFile,
  { frame, target }: FrameRequest,
  read: (at: number, length: number) => Promise<Buffer>,
): Promise<void> {
  const { format, pixels, syntax } = file;
  if (format.bitsAllocated === 1) {
    const firstBit = frame * target.length;
    const bytes = await read(pixels.offset + (firstBit >> 3), (target.length >> 3) + 2);
    unpackBitmap(bytes, firstBit & 7, target);
    return;
  }
  const length = frameBytes(format);
  const bytes = await read(pixels.offset + frame * length, length);
  if (format.halvedChroma) spreadChroma(bytes, target);
  else unpackFrame({ ...format, bytes, littleEndian: syntax.littleEndian }, format, target);
}

async function readEncapsulated(file: ImageFile, requests: readonly FrameRequest[]) {
  const bytes = await readBytes(file.path);
  const frames = splitFrames(file, bytes.subarray(file.pixels.offset));
  await Promise.all(
    requests.map(async ({ frame, target }) => {
      try {
        unpackFrame(await decompress(file, frames[frame]!), file.format, target);
      } catch (error) {
        throw undecodable(file, frame, error);
      }
    }),
  );
}

function checkLength({ path, format, pixels, size, syntax }: ImageFile): void {
  if (syntax.packing !== 'native') {
    const reason = `its ${syntax.name} pixels are not in fragments`;
    throw new ImageError(path, reason, 'Export the image again.');
  }
  const bits = format.bitsAllocated === 1;
  const pixelCount = format.columns * format.rows * format.frames;
  const need = bits ? Math.ceil(pixelCount / 8) : frameBytes(format) * format.frames;
  const there = Math.min(pixels.length ?? 0, size - pixels.offset);
  if (there >= need) return;
  throw new ImageError(
    path,
    `cut short: its pixels from byte ${pixels.offset} need ${need.toLocaleString('en')} bytes, ` +
      `and ${there.toLocaleString('en')} are there`,
    'Copy or download the file again.',
  );
}

async function readAt(file: ImageFile, handle: FileHandle, at: number, length: number) {
  const buffer = Buffer.alloc(length);
  await readInto(file, handle, at, buffer, true);
  return buffer;
}

async function readInto(
  file: ImageFile,
  handle: FileHandle,
  at: number,
  buffer: Buffer,
  mayEndEarly = false,
): Promise<void> {
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === buffer.length || mayEndEarly) return;
  } catch (error) {
    throw unreadable(file.path, error);
  }
  throw new ImageError(file.path, `ends at byte ${at} while it is read`, 'Read it again.');
}

function undecodable({ path, syntax, format, pixels }: ImageFile, frame: number, error: unknown) {
  const words = error instanceof Error ? error.message : String(error);
  const which = format.frames > 1 ? `frame ${frame + 1} of ` : '';
  return new ImageError(
    path,
    `${which}the ${syntax.name} pixels from byte ${pixels.offset} cannot be decoded: ${words}`,
    'Copy or download the file again, or convert it, for example with gdcmconv --raw.',
    { cause: error },
  );
}
