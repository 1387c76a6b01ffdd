import { type DType, type TypedArray, viewAs } from '../dtype.js';
import { SafetensorsError } from '../errors.js';
import { tensor } from '../make.js';
import type { Tensor } from '../tensor.js';
import type { RawDType, RawTensor } from './format.js';
import { readSafetensors, type Safetensors } from './read.js';
import { writeSafetensors } from './write.js';

/** Tensors read from a file, and what the file says about itself. */
export interface LoadedTensors {
  /** On the CPU, by name; they belong to the scope that is open. */
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Safetensors['metadata'];
}

/**
 * Writes tensors, of any device, to a safetensors file that appears whole or not at all.
 *
 * @throws {SafetensorsError} for a name that a file cannot hold
 * @throws the system's error (ENOSPC, EACCES, ...) when the disk refuses; an older file is untouched
 */
export function saveTensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeSafetensors(path, rawTensors(tensors), metadata);
}

/**
 * Reads a safetensors file into tensors on the CPU.
 *
 * @throws {SafetensorsError} the file is damaged, no safetensors file, or holds 8- or 16-bit integers
 */
export function loadTensors(path: string): LoadedTensors {
  const { tensors, metadata } = readSafetensors(path);
  const loaded = [...tensors].map(([name, raw]) => [name, fromRaw(path, name, raw)] as const);
  return { tensors: new Map(loaded), metadata };
}

/** The bytes of tensors, copied to the host. */
export function rawTensors(tensors: ReadonlyMap<string, Tensor>): Map<string, RawTensor> {
  return new Map([...tensors].map(([name, each]) => [name, toRaw(each)]));
}

function toRaw(source: Tensor): RawTensor {
  const { buffer, byteOffset, byteLength } = source.data();
  return {
    dtype: source.dtype.toUpperCase() as RawDType,
    shape: source.shape,
    data: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

function fromRaw(path: string, name: string, { dtype, shape, data }: RawTensor): Tensor {
  const known = dtypes[dtype];
  if (!known) {
    throw new SafetensorsError(
      `${path}: tensor ${name} is ${dtype}, which tensors here cannot hold`,
      'Convert it to I32 or U8.',
    );
  }
  return tensor(elementsOf(data, known), shape, { dtype: known });
}

/** Elements need an address that is a multiple of their size, which bytes in a file need not have. */
function elementsOf(data: Uint8Array, dtype: DType): TypedArray {
  return viewAs(new Uint8Array(data).buffer, dtype);
}

const dtypes: Readonly<Partial<Record<RawDType, DType>>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i32',
  U8: 'u8',
  BOOL: 'bool',
};
