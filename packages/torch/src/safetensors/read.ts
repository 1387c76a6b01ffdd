import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SafetensorsError } from '../errors.js';
import { LENGTH_BYTES, MAX_HEADER_BYTES, type RawTensor } from './format.js';
import { type Header, HeaderFault, parseHeader } from './header.js';

/** The contents of a safetensors file. */
export interface Safetensors {
  /** By name, in the order in which they lie in the file. */
  readonly tensors: Map<string, RawTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads at most this much in one system call, which takes no more than 2^31 - 1. */
const READ_BYTES = 1 << 30;

/**
 * Reads a safetensors file. Every check of the reference parser is made before any tensor is read,
 * and never is more memory taken than the file is long.
 *
 * @throws {SafetensorsError} naming the file, what is wrong, and where
 */
export function readSafetensors(path: string): Safetensors {
  return naming(path, () => {
    const file = openSync(path, 'r');
    try {
      const size = fstatSync(file).size;
      const length = headerLength(readBytes(file, 0, Math.min(LENGTH_BYTES, size)), size);
      const dataStart = LENGTH_BYTES + length;
      const header = parseHeader(readBytes(file, LENGTH_BYTES, length), size - dataStart);
      return withData(header, readBytes(file, dataStart, size - dataStart));
    } finally {
      closeSync(file);
    }
  });
}

/**
 * Reads safetensors from memory. The tensors are views of `bytes`, not copies.
 *
 * @param name what to call the bytes in messages
 * @throws {SafetensorsError} naming `name`, what is wrong, and where
 */
export function parseSafetensors(bytes: Uint8Array, name = 'safetensors'): Safetensors {
  return naming(name, () => {
    const length = headerLength(bytes.subarray(0, LENGTH_BYTES), bytes.length);
    const data = bytes.subarray(LENGTH_BYTES + length);
    const header = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    return withData(parseHeader(header, data.length), data);
  });
}

function headerLength(bytes: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) {
    throw new HeaderFault(`${fileBytes} bytes are too few for a safetensors file`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new HeaderFault(`a header of ${length} bytes is over the limit of ${MAX_HEADER_BYTES}`);
  }
  if (Number(length) > fileBytes - LENGTH_BYTES) {
    throw new HeaderFault(
      `a header of ${length} bytes is announced, but the file has ${fileBytes} bytes in all`,
    );
  }
  return Number(length);
}

function withData(header: Header, data: Uint8Array): Safetensors {
  const tensors = new Map<string, RawTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
  }
  return { tensors, metadata: header.metadata };
}

function readBytes(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, Math.min(READ_BYTES, length - done), position + done);
    if (count === 0) throw new HeaderFault('the file became shorter while it was read');
    done += count;
  }
  return bytes;
}

function naming<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof HeaderFault) {
      const remedy = 'The file is damaged or no safetensors file: fetch or export it again.';
      throw new SafetensorsError(`${name}: ${error.message}`, remedy);
    }
    if (isSystemError(error)) {
      throw new SafetensorsError(`${name}: cannot be read (${error.code})`, '', { cause: error });
    }
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
