import { execFileSync } from 'node:child_process';

/** True when python3 can import scikit-learn and numpy, against which the figures are checked. */
export const havePython = (() => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import sklearn.metrics, numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Runs a script that reads JSON as `given` and leaves its answer in `answer`. */
export function python<T>(given: unknown, script: string): T {
  const program = `import json, sys\nimport numpy as np\ngiven = json.load(sys.stdin)\n${script}\nprint(json.dumps(answer))`;
  const output = execFileSync('/usr/bin/python3', ['-c', program], {
    input: JSON.stringify(given),
    encoding: 'utf8',
  });
  return JSON.parse(output) as T;
}
