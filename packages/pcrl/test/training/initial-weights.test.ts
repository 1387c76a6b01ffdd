import { join } from 'node:path';
import { full, ones, saveTensors, scope, zeros } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors.js';
import { initialiseEncoder } from '../../src/training/initial-weights.js';
import { temporaryFolder } from '../images/folders.js';

const root = temporaryFolder();
const encoder = () =>
  new Map([
    ['conv1.weight', zeros([4, 3])],
    ['bn1.bias', zeros([4])],
    ['bn1.num_batches_tracked', full([], 0, { dtype: 'i64' })],
  ]);

describe('the start weights of an encoder', () => {
  it('come from a file, whose further tensors are passed over', () =>
    scope(() => {
      const path = join(root, 'resnet.safetensors');
      const file = [
        ['conv1.weight', ones([4, 3])],
        ['bn1.bias', full([4], 2)],
        ['fc.weight', ones([10, 4])],
      ] as const;
      saveTensors(path, new Map(file));
      const weights = encoder();
      initialiseEncoder(weights, path);
      expect(weights.get('conv1.weight')?.toArray()).toEqual(Array(12).fill(1));
      expect(weights.get('bn1.bias')?.toArray()).toEqual([2, 2, 2, 2]);
    }));

  it('name the keys and shapes that do not fit, side by side', () =>
    scope(() => {
      const path = join(root, 'other.safetensors');
      saveTensors(path, new Map([['conv1.weight', ones([4, 1])]]));
      expect(() => initialiseEncoder(encoder(), path)).toThrow(WeightsError);
      expect(() => initialiseEncoder(encoder(), path)).toThrow(
        /conv1\.weight: encoder \[4, 3\], file \[4, 1\]\n +bn1\.bias: encoder \[4\], file has no such key/,
      );
    }));

  it('stay as they were drawn, or are asked for', () =>
    scope(() => {
      const weights = encoder();
      initialiseEncoder(weights, 'random');
      expect(weights.get('bn1.bias')?.toArray()).toEqual([0, 0, 0, 0]);
      expect(() => initialiseEncoder(weights, 'imagenet')).toThrow(/Give the path/);
    }));
});
