import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RunError } from '../src/errors.js';
import { makeOutputFolder } from '../src/output-folder.js';
import { temporaryFolder } from './images/folders.js';

const root = temporaryFolder();
const loadTypeScript = fileURLToPath(
  new URL('../../../scripts/typescript-in-threads.mjs', import.meta.url),
);
const source = new URL('../src/output-folder.ts', import.meta.url).href;

describe('an output folder', () => {
  it('is made with its parents, and may be there', () => {
    const path = join(root, 'a/b/c');
    makeOutputFolder(path);
    makeOutputFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('is refused where a file is in its place or in that of a parent', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => makeOutputFolder(file)).toThrow(/cannot be made \(EEXIST\)\n.*another --out/);
    expect(() => makeOutputFolder(join(file, 'x/y'))).toThrow(RunError);
  });

  // In a process of its own: what tries for ever cannot be stopped from within.
  it.runIf(existsSync('/proc/self'))('is refused where nobody may make one', () => {
    const program = `import { makeOutputFolder } from '${source}'; makeOutputFolder('/proc/x/run');`;
    const words = ['--import', loadTypeScript, '--input-type=module', '-e', program];
    const ended = spawnSync(process.execPath, words, { timeout: 30_000, encoding: 'utf8' });
    expect(ended.stderr).toContain('/proc/x/run cannot be made (ENOENT)');
    expect(ended.status).toBe(1);
  });
});
