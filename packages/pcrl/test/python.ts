import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Why Python cannot give a second opinion here; undefined where it can. */
export function pythonLacks(...modules: readonly string[]): string | undefined {
  const names = modules.map((name) => name.split('.')[0]!);
  const found = `import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))`;
  if (spawnSync(PYTHON, ['-c', found, ...names]).status === 0) return undefined;
  return `${PYTHON} cannot import ${modules.join(', ')}`;
}

/** The same for the packages that most comparisons need. */
export const noPython: string | undefined = pythonLacks('torch', 'sklearn', 'scipy', 'nibabel');

/**
 * Runs a script that finds `given` and leaves what is to come back in `answer`, which is a group when it begins;
 * arrays and tensors in it come back flat.
 */
export function python<T>(given: unknown, script: string): T {
  const program = [
    'import json, sys',
    'import numpy as np',
    'given, answer = json.load(sys.stdin), {}',
    script,
    'flat = lambda value: np.asarray(value).astype(float).ravel().tolist()',
    'print(json.dumps(answer, default=flat))',
  ].join('\n');
  return run(['-c', program], JSON.stringify(given));
}

/** Runs a whole program, which finds `args` in `sys.argv` and prints JSON. */
export function runPython<T>(program: string, ...args: readonly string[]): T {
  return run(['-c', program, ...args], '');
}

function run<T>(args: readonly string[], input: string): T {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`python failed: ${stderr}`);
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
