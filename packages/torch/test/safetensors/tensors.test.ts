import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type DType,
  full,
  loadTensors,
  saveTensors,
  type Tensor,
  tensor,
} from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'tensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('tensors in safetensors files', () => {
  it('come back as they were, whatever the dtype', () => {
    const path = join(folder, 'all.safetensors');
    const dtypes: DType[] = ['f32', 'f64', 'f16', 'bf16', 'i64', 'i32', 'u8', 'bool'];
    const tensors = new Map<string, Tensor>(
      dtypes.map((dtype) => [dtype, tensor([0, 1, 1, 0, 1, 1], [2, 3]).to({ dtype })]),
    );
    tensors.set('scalar', full([], 7, { dtype: 'i64' }));
    saveTensors(path, tensors, { made: 'here' });
    const loaded = loadTensors(path);
    expect(loaded.metadata).toEqual({ made: 'here' });
    expect([...loaded.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, before] of tensors) {
      const after = loaded.tensors.get(name);
      expect(after?.dtype).toBe(before.dtype);
      expect(after?.shape).toEqual(before.shape);
      expect(after?.toArray()).toEqual(before.toArray());
    }
  });
});
