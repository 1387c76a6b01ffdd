import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.js';
import { claimRunFolder, removeIfEmpty, runFolder } from '../../src/training/run-folder.js';
import { aloneInRun } from '../../src/training/run-lock.js';
import { temporaryFolder } from '../images/folders.js';
import { lockAsAnother } from './foreign-lock.js';

const root = temporaryFolder();

function lockedBy(name: string, ...holder: [pid: number, host?: string]) {
  const folder = runFolder(join(root, name));
  mkdirSync(folder.path);
  lockAsAnother(folder.path, ...holder);
  return folder;
}

describe('a run folder', () => {
  it('is written by one process at a time', async () => {
    const folder = lockedBy('busy', process.ppid);
    let begun = false;
    const second = aloneInRun(folder, async () => {
      begun = true;
    });
    await expect(second).rejects.toThrow(RunError);
    await expect(second).rejects.toThrow(`being written by process ${process.ppid} on`);
    expect(begun).toBe(false);
    expect(existsSync(folder.lock)).toBe(true);
  });

  it('is not given away while another machine writes it', async () => {
    const folder = lockedBy('elsewhere', 1, 'another-machine');
    await expect(aloneInRun(folder, async () => 1)).rejects.toThrow('another-machine');
  });

  it('is free again after a process that was killed, and after work that failed', async () => {
    const { pid } = spawnSync('true');
    const folder = lockedBy('left', pid);
    const failed = aloneInRun(folder, async () => {
      expect(existsSync(folder.lock)).toBe(true);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(existsSync(folder.lock)).toBe(false);
    expect(await aloneInRun(folder, async () => 'done')).toBe('done');
  });

  it('with a lock alone counts as one that nothing was written to', () => {
    const folder = lockedBy('early', process.ppid);
    expect(claimRunFolder(folder, false)).toBe(false);
    removeIfEmpty(folder);
    expect(existsSync(folder.path)).toBe(false);
  });
});
