/**
 * The safetensors format: 8 bytes with the header's length N (unsigned, little-endian), N bytes of a
 * JSON object, then the tensors' bytes one after another, little-endian and row-major.
 *
 * Source: the format's description and reference parser, github.com/huggingface/safetensors.
 */

/** Element types of safetensors files that are read and written here. */
export type RawDType =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U8'
  | 'BOOL';

/** A tensor as it lies in a file. */
export interface RawTensor {
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  /** The elements' bytes, little-endian, row-major. */
  readonly data: Uint8Array;
}

/** Bytes of the header's length, in front of the header. */
export const LENGTH_BYTES = 8;

/** The reference parser's cap on a header: 100 MB. */
export const MAX_HEADER_BYTES = 100_000_000;

/** The header's key that is no tensor. */
export const METADATA_KEY = '__metadata__';

/** Bytes an element, in the order in which the reference writer lays out a file. */
const elementBytes: ReadonlyMap<string, number> = new Map<RawDType, number>([
  ['I64', 8],
  ['F64', 8],
  ['F32', 4],
  ['I32', 4],
  ['BF16', 2],
  ['F16', 2],
  ['I16', 2],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
]);

const writingOrder: readonly string[] = [...elementBytes.keys()];

export function isRawDType(name: unknown): name is RawDType {
  return typeof name === 'string' && elementBytes.has(name);
}

/** Place of a dtype in a file: wide elements first, so that every tensor is aligned. */
export function writingRank(dtype: RawDType): number {
  return writingOrder.indexOf(dtype);
}

/** Bytes of a tensor; undefined when they cannot be counted exactly (2^53 or more). */
export function byteLength(dtype: RawDType, shape: readonly number[]): number | undefined {
  // Products are checked one by one, as the reference does: a zero further on excuses no overflow.
  let bytes = elementBytes.get(dtype) ?? 0;
  for (const length of shape) {
    bytes *= length;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}
