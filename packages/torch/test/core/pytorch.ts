import { spawnSync } from 'node:child_process';
import type { Tensor } from '../../src/index.js';

const PYTHON = '/usr/bin/python3';

/** Why PyTorch cannot give a second opinion here; undefined where it can. */
export const noPyTorch: string | undefined =
  spawnSync(PYTHON, ['-c', 'import torch']).status === 0
    ? undefined
    : `${PYTHON} has no torch (Debian: python3-torch)`;

/**
 * Runs a Python program that finds `inputs` as tensors `t['name']` and puts results into `out['name']`;
 * gives them back as flat lists.
 */
export function runPyTorch(
  program: string,
  inputs: Readonly<Record<string, Tensor>> = {},
): Record<string, number[]> {
  const given = Object.entries(inputs).map(([name, tensor]) => [
    name,
    { shape: tensor.shape, data: tensor.toArray() },
  ]);
  const script = [
    'import json, sys, torch',
    'import torch.nn.functional as F',
    'raw = json.load(sys.stdin)',
    "t = {k: torch.tensor(v['data'], dtype=torch.float64).reshape(v['shape']) for k, v in raw.items()}",
    'out = {}',
    program,
    'print(json.dumps({k: v.detach().double().flatten().tolist() for k, v in out.items()}))',
  ].join('\n');
  const input = JSON.stringify(Object.fromEntries(given));
  const python = spawnSync(PYTHON, ['-c', script], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (python.status !== 0) throw new Error(python.stderr);
  return JSON.parse(python.stdout) as Record<string, number[]>;
}

/** The largest difference between two lists, relative to the largest reference value. */
export function difference(found: readonly number[], reference: readonly number[]): number {
  if (found.length !== reference.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1e-30, ...reference.map(Math.abs));
  return Math.max(0, ...found.map((value, i) => Math.abs(value - reference[i]!))) / scale;
}
