import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Why Python or a module it needs is missing, or undefined when all are there. */
export function pythonLacks(...modules: string[]): string | undefined {
  const result = spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { encoding: 'utf8' });
  if (result.status === 0) return undefined;
  return `${PYTHON} cannot import ${modules.join(', ')}`;
}

/** Runs a script and parses what it prints as JSON. */
export function python<T>(script: string, ...args: string[]): T {
  const result = spawnSync(PYTHON, ['-c', script, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error(`python failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}
