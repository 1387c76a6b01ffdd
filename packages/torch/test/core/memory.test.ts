import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm,
  Conv,
  DisposedTensorError,
  keep,
  Linear,
  liveTensors,
  mseLoss,
  RandomStream,
  ReLU,
  Sequential,
  SGD,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('scope', () => {
  it('frees what was made inside and hands out what is returned', () => {
    const before = liveTensors();
    const sum = scope(() => tensor([1, 2]).add(1).sum());
    expect(liveTensors().tensors).toBe(before.tensors + 1);
    expect(sum.item()).toBe(5);
    sum.dispose();
    expect(liveTensors()).toEqual(before);
  });

  it('finds tensors inside lists, plain objects and maps', () => {
    const before = liveTensors();
    const result = scope(() => ({ list: [zeros([2])], map: new Map([['a', zeros([3])]]) }));
    expect(result.list[0]?.toArray()).toEqual([0, 0]);
    expect(result.map.get('a')?.size).toBe(3);
    result.list[0]?.dispose();
    result.map.get('a')?.dispose();
    expect(liveTensors()).toEqual(before);
  });

  it('gives a returned tensor to the scope outside', () => {
    const before = liveTensors();
    scope(() => {
      const inner = scope(() => zeros([4]));
      expect(inner.disposed).toBe(false);
    });
    expect(liveTensors()).toEqual(before);
  });

  it('leaves kept tensors to their owner', () => {
    const kept: Tensor[] = [];
    scope(() => scope(() => kept.push(keep(zeros([2])))));
    expect(kept[0]?.disposed).toBe(false);
    kept[0]?.dispose();
  });

  it('frees everything when the work throws', () => {
    const before = liveTensors();
    expect(() =>
      scope(() => {
        zeros([10]);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(liveTensors()).toEqual(before);
  });

  it('refuses asynchronous work', () => {
    expect(() => scope(async () => undefined)).toThrow(/synchronous/);
  });

  it('frees with `using`', () => {
    const before = liveTensors();
    {
      using held = zeros([5]);
      expect(held.size).toBe(5);
    }
    expect(liveTensors()).toEqual(before);
  });
});

describe('a freed tensor', () => {
  it('says where it was freed', () => {
    const freed = zeros([1]);
    freed.dispose();
    expect(() => freed.toArray()).toThrow(DisposedTensorError);
    expect(() => freed.add(1)).toThrow(/freed by dispose\(\) here[\s\S]*memory\.test\.ts/);
    let escaped: Tensor | undefined;
    scope(() => {
      escaped = zeros([1]);
    });
    expect(() => escaped?.item()).toThrow(/freed at the end of this scope/);
  });

  it('may be freed twice', () => {
    const freed = zeros([1]);
    freed.dispose();
    expect(() => freed.dispose()).not.toThrow();
  });
});

it('holds nothing of a tensor that was freed inside a scope that goes on', () => {
  const held = scope(() => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 20_000; count++) zeros([1]).dispose();
    collectGarbage();
    return process.memoryUsage().heapUsed - before;
  });
  expect(held / 20_000).toBeLessThan(50);
});

it('counts the bytes of a storage once, however many views there are', () => {
  const before = liveTensors().bytes;
  using whole = zeros([100]);
  using view = whole.narrow(0, 0, 10);
  expect(liveTensors().bytes - before).toBe(400);
  whole.dispose();
  expect(view.toArray()).toHaveLength(10);
  expect(liveTensors().bytes - before).toBe(400);
});

it('leaves 1,000 training steps as it found them', async () => {
  const random = new RandomStream(1, 'memory test');
  const geometry = { axes: 2, kernel: 3, padding: 1 } as const;
  using network = new Sequential([
    new Conv({ ...geometry, from: 1, to: 8 }, random),
    new BatchNorm(8),
    new ReLU(true),
    new Conv({ ...geometry, from: 8, to: 1 }, random),
  ]);
  using optimiser = new SGD(network.namedParameters(), { momentum: 0.9, weightDecay: 1e-4 });
  const input = tensor(random.fillNormal(new Float32Array(4 * 32 * 32)), [4, 1, 32, 32]);
  const target = tensor(random.fillNormal(new Float32Array(4 * 32 * 32)), [4, 1, 32, 32]);
  const step = () =>
    scope(() => {
      mseLoss(network.forward(input), target).backward();
      optimiser.step(0.01);
    });
  // Between steps a run comes back to the event loop, where handles that were freed are collected.
  const steps = async (count: number) => {
    for (let done = 0; done < count; done += 1) {
      step();
      await setImmediate();
    }
  };
  await steps(2000);
  const [live, resident] = [liveTensors(), process.memoryUsage.rss()];
  await steps(1000);
  expect(liveTensors()).toEqual(live);
  expect(process.memoryUsage.rss() / resident).toBeLessThan(1.01);
  input.dispose();
  target.dispose();
});

it('frees a module with all it registered', () => {
  const before = liveTensors();
  new Linear({ from: 3, to: 4 }, new RandomStream(1, 'test')).dispose();
  expect(liveTensors()).toEqual(before);
});
