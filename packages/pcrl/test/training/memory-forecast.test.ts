import { describe, expect, it } from 'vitest';
import { resolvePretrainSettings } from '../../src/settings/index.js';
import { memoryWarning } from '../../src/training/memory-forecast.js';

const GB = 1e9;

function warning(changes: object, available: number, samples = 1000): string | undefined {
  const input = { dimensions: 3, data: ['ct'], out: 'run', ...changes };
  return memoryWarning(resolvePretrainSettings(input as never), { samples, available });
}

describe('the memory that a step will take', () => {
  it('is said before the first step where it is not there, with a batch that fits', () => {
    expect(warning({}, 16 * GB)).toMatch(
      /a step of 32 takes about 30\.3 GB .* 16\.0 GB: take --batch 16,/,
    );
    const fits = Number(/--batch (\d+)/.exec(warning({}, 16 * GB) ?? '')?.[1]);
    expect(warning({ batch: fits }, 16 * GB)).toBeUndefined();
    expect(warning({ batch: fits + 1 }, 16 * GB)).toBeDefined();
  });

  it('follows size, width and number format', () => {
    expect(warning({}, 32 * GB)).toBeUndefined();
    expect(warning({ views: { size: '96x96x64' } }, 32 * GB)).toBeDefined();
    expect(warning({ precision: 'bf16' }, 20 * GB)).toBeUndefined();
    expect(warning({ network: { width: 16 } }, 16 * GB)).toBeUndefined();
    expect(warning({ dimensions: 2 }, 12 * GB)).toBeUndefined();
    expect(warning({ dimensions: 2, batch: 256 }, 12 * GB)).toMatch(/take --batch 69,/);
  });

  it('is that of the samples that there are', () => {
    expect(warning({}, 16 * GB, 10)).toBeUndefined();
    expect(warning({ batch: 1000 }, 16 * GB, 40)).toMatch(/a step of 40 takes/);
  });

  it('names no batch where not even two samples fit', () => {
    expect(warning({}, 2 * GB)).toMatch(/: take a smaller --size or/);
  });
});
