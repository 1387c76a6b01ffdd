import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Why Python cannot give a second opinion here; undefined where it can. */
export const noPython: string | undefined =
  spawnSync(PYTHON, ['-c', 'import torch, sklearn.metrics, nibabel']).status === 0
    ? undefined
    : `${PYTHON} has no torch, sklearn or nibabel`;

/** Runs a script that reads JSON as `given` and leaves its answer in `answer`. */
export function python<T>(given: unknown, script: string): T {
  const program = `import json, sys\ngiven = json.load(sys.stdin)\n${script}\nprint(json.dumps(answer))`;
  const run = spawnSync(PYTHON, ['-c', program], {
    input: JSON.stringify(given),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T;
}
