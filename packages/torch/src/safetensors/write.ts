import { SafetensorsError } from '../errors.js';
import {
  byteLength,
  isRawDType,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  type RawTensor,
  writingRank,
} from './format.js';
import { isUnicode, quoted } from './header-json.js';
import { writeFileDurably } from './write-durably.js';

type Entry = readonly [name: string, tensor: RawTensor];

/**
 * Writes a safetensors file as the reference writer lays it out: wide elements first, then by name,
 * the header padded to 8 bytes. The file appears under its name only when it is whole and on the disk.
 *
 * @param entries names and tensors, a `Map` for example
 * @throws {SafetensorsError} for a tensor whose bytes do not fit its shape, or a name given twice
 * @throws the system's error (ENOSPC, EACCES, ...) when the disk refuses; an older file is untouched
 */
export function writeSafetensors(
  path: string,
  entries: Iterable<Entry>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeFileDurably(path, safetensorsChunks(path, entries, metadata));
}

/**
 * The bytes of a safetensors file, piece by piece: the header, then every tensor's own bytes.
 *
 * @param name what to call the file in messages
 * @throws {SafetensorsError} as {@link writeSafetensors} does
 */
export function safetensorsChunks(
  name: string,
  entries: Iterable<Entry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const ordered = [...entries].sort(byPlaceInFile);
  const names = new Set<string>();
  for (const entry of ordered) checkEntry(name, entry, names);
  return [headerBytes(name, ordered, metadata), ...ordered.map(([, tensor]) => tensor.data)];
}

function byPlaceInFile([nameA, a]: Entry, [nameB, b]: Entry): number {
  // The reference compares names byte by byte in UTF-8.
  return (
    writingRank(a.dtype) - writingRank(b.dtype) ||
    Buffer.compare(Buffer.from(nameA), Buffer.from(nameB))
  );
}

function checkEntry(file: string, [name, tensor]: Entry, namesBefore: Set<string>): void {
  const fault = (what: string) =>
    new SafetensorsError(`${file}: tensor ${quoted(name)} ${what}`, 'Nothing was written.');
  if (name === METADATA_KEY) throw fault('has the name that is kept for the metadata');
  if (!isUnicode(name)) throw fault('has a name that is not Unicode');
  if (namesBefore.has(name)) throw fault('is given twice');
  namesBefore.add(name);
  if (!isRawDType(tensor.dtype)) throw fault(`has the unknown dtype ${String(tensor.dtype)}`);
  const isLength = (length: number) => Number.isSafeInteger(length) && length >= 0;
  const needed = tensor.shape.every(isLength) ? byteLength(tensor.dtype, tensor.shape) : undefined;
  if (needed !== tensor.data.byteLength) {
    const what = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
    throw fault(`is said to be ${what}, which does not fit its ${tensor.data.byteLength} bytes`);
  }
}

function headerBytes(
  file: string,
  entries: readonly Entry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) {
    members.push(`"${METADATA_KEY}":${JSON.stringify(metadata)}`);
  }
  let begin = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const end = begin + data.byteLength;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    begin = end;
  }
  return padded(file, Buffer.from(`{${members.join(',')}}`));
}

/** The length, the header, and spaces up to a multiple of 8 bytes. */
function padded(file: string, json: Uint8Array): Uint8Array {
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      `${file}: the header would take ${length} bytes, over the limit of ${MAX_HEADER_BYTES}`,
      'Write fewer tensors, shorter names or less metadata.',
    );
  }
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}
