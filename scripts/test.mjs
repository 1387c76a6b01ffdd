/**
 * All checks, one after another; the last line says how many passed, failed and were skipped.
 *
 *     npm test          set-up, lint, types, every test, and a short run of the commands
 *     npm run check     lint, types and the fast tests (all but *.slow.test.ts), in under two minutes
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCheck } from './checks/run-check.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const everyday = process.argv.includes('--everyday');
process.chdir(root);

const inModules = (path) => join('node_modules', path);
const total = { passed: 0, failed: 0, skipped: [] };

async function check(name, ...args) {
  const passed = await runCheck(name, args);
  total[passed ? 'passed' : 'failed'] += 1;
  return passed;
}

async function tests() {
  const folder = mkdtempSync(join(tmpdir(), 'pcrl-tests-'));
  const countsFile = join(folder, 'counts.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/checks/count-reporter.mjs'];
  // Fast tests share loaded modules, which halves their time; a file that replaces one is among the slow.
  const which = everyday ? ['--exclude=**/*.slow.test.*', '--no-isolate'] : [];
  const passed = await runCheck(
    'tests',
    [inModules('vitest/vitest.mjs'), 'run', ...reporters, ...which],
    { ...process.env, PCRL_TEST_COUNTS: countsFile },
  );
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  total.passed += counts?.passed ?? 0;
  // A run that fails without a failed test (a crash, a warning) counts as one.
  total.failed += counts?.failed || (passed ? 0 : 1);
  total.skipped.push(...(counts?.skipped ?? []));
}

async function checkAll() {
  if (!everyday && !(await check('set-up', 'scripts/setup.mjs', '--tests'))) return;
  await check('lint', inModules('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.');
  await check('types', inModules('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json');
  await tests();
  const endToEnd = 'scripts/end-to-end.mjs';
  if (!everyday && existsSync(endToEnd)) await check('end to end', endToEnd);
}

if (everyday && !existsSync('node_modules')) {
  console.error('Nothing is installed yet: run `npm run setup` first.');
  process.exit(2);
}
await checkAll();
if (total.skipped.length > 0) console.log('\nSkipped:');
for (const { name, reason } of total.skipped) console.log(`  ${name}: ${reason}`);
if (total.failed > 0) process.exitCode = 1;
const { passed, failed, skipped } = total;
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
