import { appendFileSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { Checkpoints } from '../../src/training/checkpoint.js';
import { temporaryFolder } from '../images/folders.js';

const root = temporaryFolder();
let made = 0;

function withSteps(keep: number, ...steps: number[]): Checkpoints {
  const checkpoints = new Checkpoints(join(root, String(made++), 'checkpoints'), keep);
  for (const step of steps) save(checkpoints, step);
  return checkpoints;
}

function save(checkpoints: Checkpoints, step: number): void {
  const facts = { step, epoch: 0, settings: 'hash', version: '0' };
  scope(() => checkpoints.save(new Map([['network.weight', tensor([step, 1, 2])]]), facts));
}

function valueIn(checkpoints: Checkpoints): number[] {
  const { facts } = checkpoints.latest();
  let values: number[] = [];
  if (facts) checkpoints.load(facts, (state) => (values = state.get('network.weight')!.toArray()));
  return values;
}

describe('checkpoints', () => {
  it('give back the latest, and keep the last ones only', () => {
    const checkpoints = withSteps(3, 1, 2, 3, 10, 11);
    expect(checkpoints.steps()).toEqual([3, 10, 11]);
    expect(readdirSync(checkpoints.folder)).toHaveLength(6);
    expect(valueIn(checkpoints)).toEqual([11, 1, 2]);
  });

  it.each([
    ['changed bytes', 'safetensors', (path: string) => writeFileSync(path, 'x', { flag: 'r+' })],
    ['bytes at the end', 'safetensors', (path: string) => appendFileSync(path, 'x')],
    ['tensors cut short', 'safetensors', (path: string) => truncateSync(path, 40)],
    ['an empty file', 'safetensors', (path: string) => truncateSync(path, 0)],
    ['JSON cut short', 'json', (path: string) => truncateSync(path, 30)],
    ['JSON that is no object', 'json', (path: string) => writeFileSync(path, 'null')],
  ])('fall back to the one before: %s', (_, extension, damage) => {
    const checkpoints = withSteps(3, 4, 7);
    damage(join(checkpoints.folder, `step-00000007.${extension}`));
    const { facts, damaged } = checkpoints.latest();
    expect(facts?.step).toBe(4);
    expect(damaged.map(({ path }) => path)).toEqual([expect.stringContaining('step-00000007')]);
    expect(valueIn(checkpoints)).toEqual([4, 1, 2]);
  });

  it('clear away what a killed process left', () => {
    const checkpoints = withSteps(3, 4, 7);
    const left = ['.step-00000009.safetensors.12-0.partial', 'step-00000008.safetensors'];
    for (const name of left) writeFileSync(join(checkpoints.folder, name), 'half');
    checkpoints.tidy(4);
    expect(readdirSync(checkpoints.folder).sort()).toEqual([
      'step-00000004.json',
      'step-00000004.safetensors',
    ]);
  });

  it('say nothing where there are none', () => {
    const checkpoints = withSteps(3);
    expect(checkpoints.latest()).toEqual({ facts: undefined, damaged: [] });
    checkpoints.tidy(0);
    expect(existsSync(checkpoints.folder)).toBe(false);
  });
});
