import { describe, expect, it } from 'vitest';
import {
  buildInfo,
  call,
  callMany,
  conv,
  OperatorError,
  operators,
  schema,
  Tensor,
  tensor,
  zeros,
} from '../../src/index.js';

describe('the one door', () => {
  it('reaches thousands of operators', () => {
    expect(operators().length).toBeGreaterThan(3000);
    expect(schema('aten::add.Tensor')).toContain('Scalar alpha=1');
    expect(buildInfo().version).toMatch(/^\d+\.\d+/);
  });

  it('fills in defaults and takes numbers where a tensor is asked for', () => {
    const a = tensor([1, 2, 3]);
    expect(a.add(1).toArray()).toEqual([2, 3, 4]);
    expect(a.add(a, 2).toArray()).toEqual([3, 6, 9]);
    expect(tensor([1, 2], [2], { dtype: 'i64' }).mul(2).dtype).toBe('i64');
  });

  it('gives lists, tuples and plain numbers as they are', () => {
    const [values, indices] = callMany('aten::sort', tensor([3, 1, 2]));
    expect(values?.toArray()).toEqual([1, 2, 3]);
    expect(indices?.toArray()).toEqual([1, 2, 0]);
    expect(call('aten::size.int', zeros([4, 5]), 1)).toBe(5);
  });

  it('says the operator, what it got and the schema when libtorch refuses', () => {
    const wrong = () => conv(zeros([1, 3, 8, 8]), zeros([4, 2, 3, 3]));
    expect(wrong).toThrow(OperatorError);
    expect(wrong).toThrow(/aten::conv2d\(f32\[1, 3, 8, 8\] on cpu, f32\[4, 2, 3, 3\] on cpu/);
    expect(wrong).toThrow(/to have 2 channels, but got 3 channels/);
    expect(wrong).toThrow(/Schema: aten::conv2d/);
  });

  it('names the argument of a wrong type', () => {
    expect(() => call('aten::add.Tensor', tensor([1]), 'two')).toThrow(/argument 'other'/);
    expect(() => call('aten::relu', tensor([1]), 1, 2)).toThrow(/too many arguments/);
  });

  it('names the overloads of a misspelt one', () => {
    expect(() => call('aten::add.Tensr', tensor([1]))).toThrow(/aten::add\.Tensor/);
    expect(() => call('aten::nosuch')).toThrow(/no operator aten::nosuch/);
  });
});

describe('a tensor', () => {
  it.each([
    ['f32', new Float32Array([1.5, -2])],
    ['f64', new Float64Array([1.5, -2])],
    ['i64', BigInt64Array.of(5n, -6n)],
    ['i32', new Int32Array([5, -6])],
    ['u8', new Uint8Array([5, 250])],
  ] as const)('carries %s there and back', (dtype, data) => {
    const made = tensor(data);
    expect(made.dtype).toBe(dtype);
    expect(made.data()).toEqual(data);
  });

  it.each(['f16', 'bf16'] as const)('carries the bits of %s', (dtype) => {
    const made = tensor([1, -2.5]).to({ dtype });
    expect(made.dtype).toBe(dtype);
    expect(tensor(made.data(), [2], { dtype }).toArray()).toEqual([1, -2.5]);
  });

  it('carries flags', () => {
    const flags = tensor(new Uint8Array([0, 1]), [2], { dtype: 'bool' });
    expect(flags.dtype).toBe('bool');
    expect(flags.toArray()).toEqual([0, 1]);
  });

  it('copies from shared memory', () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set([1, 2, 3]);
    const made = tensor(shared);
    shared[0] = 9;
    expect(made.toArray()).toEqual([1, 2, 3]);
  });

  it('refuses data that does not fill its shape', () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/3 values do not fill the shape \[2, 2\]/);
  });

  it('shares memory in views', () => {
    const whole = zeros([2, 3]);
    whole.select(0, 1).fill_(7);
    expect(whole.toArray()).toEqual([0, 0, 0, 7, 7, 7]);
    expect(whole.permute([1, 0])).toBeInstanceOf(Tensor);
  });
});
