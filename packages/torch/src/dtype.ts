/** Element types, under the names that safetensors and JAX use in lower case. */
export type DType = 'f32' | 'f64' | 'f16' | 'bf16' | 'i64' | 'i32' | 'u8' | 'bool';

/** The JavaScript array that holds elements of a dtype; 16-bit floats come as their bits. */
export interface TypedArrayOf {
  f32: Float32Array;
  f64: Float64Array;
  f16: Uint16Array;
  bf16: Uint16Array;
  i64: BigInt64Array;
  i32: Int32Array;
  u8: Uint8Array;
  bool: Uint8Array;
}

export type TypedArray = TypedArrayOf[DType];

/** libtorch's `ScalarType` numbers. */
const codes: Readonly<Record<DType, number>> = {
  u8: 0,
  i32: 3,
  i64: 4,
  f16: 5,
  f32: 6,
  f64: 7,
  bool: 11,
  bf16: 15,
};

const byCode = new Map<number, DType>(
  Object.entries(codes).map(([name, code]) => [code, name as DType]),
);

/** libtorch's number for a dtype. */
export function scalarType(dtype: DType): number {
  return codes[dtype];
}

/** The dtype behind libtorch's number; undefined for one this package does not name. */
export function dtypeOf(scalarType: number): DType | undefined {
  return byCode.get(scalarType);
}

const constructors = {
  f32: Float32Array,
  f64: Float64Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  i64: BigInt64Array,
  i32: Int32Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Views a buffer as the elements of a dtype. */
export function viewAs<D extends DType>(buffer: ArrayBuffer, dtype: D): TypedArrayOf[D] {
  return new constructors[dtype](buffer) as TypedArrayOf[D];
}

/** Numbers as the typed array of a dtype. */
export function toTypedArray(values: readonly number[], dtype: DType): TypedArray {
  if (dtype === 'i64') return BigInt64Array.from(values, (value) => BigInt(value));
  if (dtype === 'f16' || dtype === 'bf16') {
    throw new TypeError(`make ${dtype} tensors from f32 ones: tensor(values).to({ dtype })`);
  }
  return constructors[dtype].from(values) as TypedArray;
}

/** The dtype a typed array is taken as when none is named. */
export function dtypeOfArray(array: NodeJS.TypedArray): DType | undefined {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  if (array instanceof BigInt64Array) return 'i64';
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof Uint8Array) return 'u8';
  return undefined;
}
