/**
 * The demo from a fresh clone: set-up, then `pcrl demo` with the same arguments.
 *
 *     npm run demo
 *     npm run demo -- --data FOLDER
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = (path) => fileURLToPath(new URL(path, import.meta.url));

function run(...args) {
  const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  return signal ? 130 : (status ?? 1);
}

process.on('SIGINT', () => undefined); // The child hears Ctrl-C too, and saves.
const ready = run(script('./setup.mjs'));
process.exitCode =
  ready || run(script('../packages/pcrl/bin/pcrl.mjs'), 'demo', ...process.argv.slice(2));
