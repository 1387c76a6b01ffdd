import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MetricsFile, type StepMetrics } from '../../src/training/metrics.js';
import { temporaryFolder } from '../images/folders.js';

const path = join(temporaryFolder(), 'metrics.jsonl');

const line = (step: number): StepMetrics => ({
  step,
  epoch: 0,
  loss: 1 / step,
  losses: {},
  gradient_norm: 1,
  learning_rate: 0.1,
  spread: 1,
  samples_per_second: 10,
  data_wait: 0,
  live_tensors: 3,
});

describe('metrics.jsonl', () => {
  it('is cut back to a step, with lines that a killed process left half-written', () => {
    const metrics = new MetricsFile(path);
    metrics.append([1, 2, 3, 4].map(line));
    metrics.sync();
    metrics.close();
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"step": 2, "ep');
    metrics.cutAfter(2);
    expect(readFileSync(path, 'utf8')).toBe(`${whole.split('\n').slice(0, 2).join('\n')}\n`);
    metrics.append([3, 4].map(line));
    metrics.close();
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  it('loses lines that are no JSON when it is cut', () => {
    writeFileSync(path, 'noise\nnull\n{"step":1}\n');
    new MetricsFile(path).cutAfter(5);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n');
  });
});
