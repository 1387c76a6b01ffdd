import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { runFolder } from '../../src/training/run-folder.js';

/** Makes a run's folder look as if another process that lives were writing it; gives it free again. */
export function lockAsAnother(run: string, pid = process.ppid, host = hostname()): () => void {
  const { lock } = runFolder(run);
  writeFileSync(lock, JSON.stringify({ pid, host, since: '2026-01-01T00:00:00.000Z' }));
  return () => rmSync(lock);
}
