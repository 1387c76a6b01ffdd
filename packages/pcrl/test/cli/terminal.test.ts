import { describe, expect, it } from 'vitest';
import { duration, progressLine } from '../../src/cli/progress-line.js';
import { openTerminal } from '../../src/cli/terminal.js';
import type { ProgressState } from '../../src/training/run-io.js';

const state: ProgressState = {
  name: 'pre-training',
  step: 1200,
  steps: 24000,
  epoch: 3,
  epochs: 60,
  samplesPerSecond: 41.234,
  secondsLeft: 3725,
  losses: { total: 1.2345, global: -0.31 },
  dataWait: 0.034,
};

function open(isTTY: boolean) {
  let now = 0;
  const written: string[] = [];
  const codes: number[] = [];
  const terminal = openTerminal({
    screen: { isTTY, columns: 40, write: (text) => written.push(text) },
    resume: false,
    clock: () => now,
    stopNow: (code) => codes.push(code),
  });
  return { terminal, written, codes, wait: (ms: number) => (now += ms) };
}

describe('the progress line', () => {
  it('says how far, how fast, how long, how well', () => {
    expect(progressLine(state)).toBe(
      'pre-training  step 1,200/24,000  epoch 4/60  41.2 images/s  1 h 2 min left  total 1.23  global -0.310  data_wait 3 %',
    );
  });

  it.each([
    [0, '0 s'],
    [59.6, '1 min 0 s'],
    [3600, '1 h 0 min'],
    [200_000, '2 d 7 h'],
    [Number.POSITIVE_INFINITY, 'unknown time'],
  ])('writes %d s as %s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });

  it('is written about every 10 seconds into a log', () => {
    const { terminal, written, wait } = open(false);
    for (let i = 0; i < 25; i++, wait(1000)) terminal.progress(state);
    terminal.close();
    expect(written).toHaveLength(3);
    expect(written.every((line) => line.endsWith('%\n'))).toBe(true);
  });

  it('is rewritten in place on a terminal, cut to its width', () => {
    const { terminal, written, wait } = open(true);
    terminal.progress(state);
    wait(1000);
    terminal.progress({ ...state, step: 24000 });
    terminal.close();
    expect(written[0]).toBe(`\r\u001b[2K${progressLine(state).slice(0, 39)}`);
    expect(written[1]).toMatch(/\n$/);
  });

  it('makes room for what is said', () => {
    const { terminal, written } = open(true);
    terminal.progress(state);
    terminal.warn('careful');
    terminal.close();
    expect(written[1]).toContain('\u001b[2KWarning: careful\npre-training');
  });
});

describe('Ctrl-C', () => {
  it('asks once and stops at once the second time', () => {
    const { terminal, codes, written } = open(false);
    expect(terminal.interrupted()).toBe(false);
    process.emit('SIGINT');
    expect(terminal.interrupted()).toBe(true);
    expect(codes).toEqual([]);
    expect(written.join('')).toContain('Finishing this step');
    process.emit('SIGTERM');
    expect(codes).toEqual([1]);
    terminal.close();
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});
