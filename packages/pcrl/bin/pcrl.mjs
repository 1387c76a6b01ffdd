#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// OpenMP's idle threads spin unless told otherwise, and read this once, when libtorch is loaded.
process.env.OMP_WAIT_POLICY ??= 'PASSIVE';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(fileURLToPath(built))) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('pcrl is not built yet.\n  Run `npm run setup` in the repository.\n');
  process.exitCode = 1;
}
