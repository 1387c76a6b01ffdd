#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// OpenMP's idle threads spin unless told otherwise, and read this once, when libtorch is loaded.
process.env.OMP_WAIT_POLICY ??= 'PASSIVE';

// A reader that closes the pipe (`pcrl info RUN | head -1`) has seen enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
// Whoever followed a run may be gone before it has saved.
process.stderr.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

const built = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(fileURLToPath(built))) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('pcrl is not built yet.\n  Run `npm run setup` in the repository.\n');
  process.exitCode = 1;
}
