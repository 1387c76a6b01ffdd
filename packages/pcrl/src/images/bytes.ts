import { type FileHandle, open } from 'node:fs/promises';
import { constants, createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import { withHugePages } from '@pcrl/torch/reading';
import { ImageError } from '../errors.js';

const HEAD_BYTES = 16_384;
const CHUNK_BYTES = 1 << 20;
/** zlib's own least. */
const SMALLEST_CHUNK = constants.Z_MIN_CHUNK;

/** The most bytes that Node reads at once; larger files are compressed or stored in pieces. */
const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Reads a whole file.
 *
 * @throws ImageError when it is missing, a folder, empty, unreadable or above Node's 2 GiB limit.
 */
export async function readBytes(path: string): Promise<Buffer> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    if (size === 0) throw emptyFile(path);
    if (size > LARGEST_FILE) throw tooLarge(path);
    const bytes = newBytes(size);
    return bytes.subarray(0, await fill(file, bytes));
  });
}

/** A buffer that is filled as a whole, on huge pages where it is large. */
export function newBytes(length: number): Buffer {
  return withHugePages(Buffer.allocUnsafeSlow(length));
}

/** Reads from the start until the buffer is full or the file ends. */
async function fill(file: FileHandle, bytes: Buffer): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Reads the first bytes of a file: enough for every header, cheap for every size. */
export async function readHead(path: string, limit = HEAD_BYTES): Promise<Buffer> {
  return withFile(path, async (file) => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, 0);
    if (bytesRead === 0) throw emptyFile(path);
    return buffer.subarray(0, bytesRead);
  });
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await work(file);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** Whether the bytes start like a gzip stream (RFC 1952). */
export function isGzip(bytes: Buffer): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Inflates as much of a gzip stream's beginning as the given bytes hold. */
export function gunzipHead(path: string, head: Buffer): Buffer {
  try {
    return gunzipSync(head.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw damaged(path, 'gzip', error);
  }
}

/** What is known of a compressed stream before it is inflated. */
export interface CompressedStream {
  readonly kind: 'gzip' | 'zlib';
  /** Bytes that the header calls for. */
  readonly expected: number;
  /** The most bytes that the stream may hold. */
  readonly limit: number;
}

/** Deflate makes of one byte at most 1032 (zlib's technical details); headers can promise more. */
const LARGEST_RATIO = 1032;

/**
 * Inflates a whole stream, with its checksum verified.
 *
 * @throws ImageError when the stream is cut, damaged, or holds more than `limit` bytes.
 */
export function inflate(path: string, bytes: Buffer, stream: CompressedStream): Buffer {
  const { kind, expected, limit } = stream;
  checkPromise(path, bytes, stream);
  // One byte more than expected: the whole output then arrives in one piece, without a copy.
  const chunkSize = Math.max(expected + 1, Math.min(CHUNK_BYTES, limit + 1), SMALLEST_CHUNK);
  const options = { maxOutputLength: limit, chunkSize };
  try {
    return kind === 'gzip' ? gunzipSync(bytes, options) : inflateSync(bytes, options);
  } catch (error) {
    if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') throw damaged(path, kind, error);
    throw tooMuch(path, stream);
  }
}

/**
 * Inflates a stream piece by piece, with its checksum verified: a large file then never lies in
 * memory whole.
 *
 * @throws ImageError as {@link inflate}.
 */
export async function* inflatePieces(
  path: string,
  bytes: Buffer,
  stream: CompressedStream,
): AsyncGenerator<Buffer> {
  checkPromise(path, bytes, stream);
  const create = stream.kind === 'gzip' ? createGunzip : createInflate;
  const inflating = create({ chunkSize: CHUNK_BYTES });
  inflating.end(bytes);
  let length = 0;
  try {
    for await (const piece of inflating as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > stream.limit) throw tooMuch(path, stream);
      yield piece;
    }
  } catch (error) {
    throw error instanceof ImageError ? error : damaged(path, stream.kind, error);
  }
}

function checkPromise(path: string, bytes: Buffer, { kind, expected }: CompressedStream): void {
  if (expected <= bytes.length * LARGEST_RATIO) return;
  throw new ImageError(
    path,
    `cut short: a ${kind} stream of ${bytes.length} bytes cannot hold the ${expected} that the header calls for`,
    'Copy or download the file again.',
  );
}

function tooMuch(path: string, { kind, limit }: CompressedStream): ImageError {
  return new ImageError(
    path,
    `the ${kind} stream holds more than the ${limit.toLocaleString('en')} bytes the header calls for`,
    'The header and the data do not belong together; write the file again.',
  );
}

function damaged(path: string, kind: string, error: unknown): ImageError {
  const cut = codeOf(error) === 'Z_BUF_ERROR';
  const reason = cut
    ? `the ${kind} stream is cut short`
    : `the ${kind} stream is damaged (${error instanceof Error ? error.message : String(error)})`;
  return new ImageError(path, reason, 'Copy or download the file again.', { cause: error });
}

function emptyFile(path: string): ImageError {
  return new ImageError(path, 'the file is empty (0 bytes)', 'Copy or download the file again.');
}

function tooLarge(path: string): ImageError {
  return new ImageError(path, 'the file is above 2 GiB', 'Crop it or compress it.');
}

export function unreadable(path: string, error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  const options = { cause: error };
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ImageError(
        path,
        'no such file, or a link that leads nowhere',
        'Check the path.',
        options,
      );
    case 'EISDIR':
      return new ImageError(path, 'is a folder, not an image file', '', options);
    case 'EACCES':
    case 'EPERM':
      return new ImageError(path, 'no permission to read the file', 'Check its owner.', options);
    default:
      return new ImageError(path, `cannot be read (${String(error)})`, '', options);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
