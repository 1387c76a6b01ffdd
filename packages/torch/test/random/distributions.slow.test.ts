import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { normalsFromWords } from '../../src/random/distributions.js';
import { RandomStream } from '../../src/random/index.js';
import { normalTable } from '../../src/random/normal-table.js';

const COUNT = 200_000;

const draws = {
  fillUniform: new RandomStream(11, 'uniform').fillUniform(new Float32Array(COUNT), -1, 3),
  fillNormal: new RandomStream(12, 'normal').fillNormal(new Float32Array(COUNT), 2, 0.5),
  fillNoise: new RandomStream(14, 'noise').fillNoise(new Float32Array(COUNT)),
  uniform: single((stream) => stream.uniform(-1, 3)),
  normal: single((stream) => 2 + 0.5 * stream.normal()),
};

function single(draw: (stream: RandomStream) => number): Float32Array {
  const stream = new RandomStream(13, 'single');
  return Float32Array.from({ length: COUNT }, () => draw(stream));
}

function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** p-values of scipy's Kolmogorov-Smirnov test, and the lag-1 correlation. */
function judgedByScipy(values: Float32Array, distribution: string, parameters: readonly number[]) {
  const program = `
import sys, json, numpy
from scipy import stats
x = numpy.frombuffer(sys.stdin.buffer.read(), numpy.float32).astype(float)
print(json.dumps([stats.kstest(x, '${distribution}', ${JSON.stringify(parameters)}).pvalue,
                  numpy.corrcoef(x[:-1], x[1:])[0, 1]]))`;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const python = spawnSync('/usr/bin/python3', ['-c', program], { input: bytes, encoding: 'utf8' });
  if (python.status !== 0) return undefined;
  const [pValue, correlation] = JSON.parse(python.stdout) as [number, number];
  return { pValue, correlation };
}

describe.each([
  ['fillUniform', 'uniform', [-1, 4], 1, 16 / 12],
  ['uniform', 'uniform', [-1, 4], 1, 16 / 12],
  ['fillNormal', 'norm', [2, 0.5], 2, 0.25],
  ['normal', 'norm', [2, 0.5], 2, 0.25],
  ['fillNoise', 'norm', [0, 1], 0, 1],
] as const)('%s', (name, distribution, parameters, mean, variance) => {
  it('has the mean and the variance asked for', () => {
    const found = moments(draws[name]);
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / COUNT));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
  });

  it('has the distribution that scipy knows', (context) => {
    const verdict = judgedByScipy(draws[name], distribution, parameters);
    if (!verdict) return context.skip('python3-scipy is not installed');
    expect(verdict.pValue).toBeGreaterThan(1e-3);
    expect(Math.abs(verdict.correlation)).toBeLessThan(4 / Math.sqrt(COUNT));
  });
});

it('is the formula of Box and Muller, to the precision of a float32', () => {
  const words = Uint32Array.from([0, 0, 0xffffffff, 0xffffffff, 1, 0x80000000, 5e8, 1e9, 3e9, 4e9]);
  const found = new Float32Array(words.length);
  normalsFromWords(words, found, 0, words.length, 0, 1);
  for (let pair = 0; pair < words.length; pair += 2) {
    const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * words[pair + 1]!) / 2 ** 32;
    expect(found[pair]).toBeCloseTo(radius * Math.cos(angle), 6);
    expect(found[pair + 1]).toBeCloseTo(radius * Math.sin(angle), 6);
  }
});

it('has the quantiles of scipy in its table', (context) => {
  const program = `
import sys, numpy
from scipy.stats import norm
sys.stdout.buffer.write(norm.ppf((numpy.arange(65536) + 0.5) / 65536).tobytes())`;
  const python = spawnSync('/usr/bin/python3', ['-c', program], { maxBuffer: 2 ** 20 });
  if (python.status !== 0) return context.skip('python3-scipy is not installed');
  const expected = new Float64Array(Uint8Array.from(python.stdout).buffer);
  const table = normalTable();
  expect(expected).toHaveLength(table.length);
  expected.forEach((value, part) => {
    if (Math.abs(table[part]! - value) > 1e-6) throw new Error(`${part}: ${table[part]}, ${value}`);
  });
});

it('fills an odd number of places, and those alone', () => {
  const places = new Float32Array(5);
  new RandomStream(15, 'noise').fillNoise(places.subarray(0, 3));
  expect([...places.subarray(3)]).toEqual([0, 0]);
  expect(places[2]).not.toBe(0);
});
