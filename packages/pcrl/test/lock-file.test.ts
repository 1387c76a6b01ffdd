import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeHolder, holderOf, takeLock } from '../src/lock-file.js';

const folder = mkdtempSync(join(tmpdir(), 'pcrl-lock-'));
const refusal = () => new Error('held');

it('is held as long as a process lives that works for its holder', async () => {
  const path = join(folder, 'lock.json');
  const helper = spawn('sleep', ['60']);
  const gone = spawn('true');
  await once(gone, 'exit');
  const lock = takeLock(path, refusal);
  lock.name([gone.pid!, helper.pid!]);
  const written = JSON.parse(readFileSync(path, 'utf8'));
  expect(written).toMatchObject({ pid: process.pid, host: hostname() });
  const left = { ...written, pid: gone.pid };
  writeFileSync(path, JSON.stringify(left));
  expect(() => takeLock(path, refusal)).toThrow('held');
  expect(describeHolder(holderOf(path))).toBe(
    `runs of process ${gone.pid}, which is gone: process ${helper.pid}; they save and end by themselves`,
  );
  helper.kill();
  await once(helper, 'exit');
  takeLock(path, refusal).release();
  expect(existsSync(path)).toBe(false);
});
