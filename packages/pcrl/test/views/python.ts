import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Why Python cannot give a second opinion here; undefined where it can. */
export function pythonLacks(...modules: readonly string[]): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]);
  return status === 0 ? undefined : `${PYTHON} cannot import ${modules.join(', ')}`;
}

/** Runs a program that finds `given` and puts what is to come back into `out`; both are JSON. */
export function python<T>(program: string, given: unknown = {}): T {
  const script = [
    'import json, sys',
    'import numpy as np',
    'given, out = json.load(sys.stdin), {}',
    program,
    'json.dump({k: np.asarray(v).astype(float).ravel().tolist() for k, v in out.items()}, sys.stdout)',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script], {
    input: JSON.stringify(given),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** The largest absolute difference. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    largest = Math.max(largest, Math.abs(found[i]! - expected[i]!));
  }
  return largest;
}
