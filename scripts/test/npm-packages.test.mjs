import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isInstalled } from '../setup/npm-packages.mjs';

const a = { version: '1.0.0', integrity: 'sha512-a' };
const otherMachine = { version: '1.0.0', optional: true };

it.each([
  ['the same packages', { 'node_modules/a': a }, true],
  ['no record by npm', undefined, false],
  ['a package missing', {}, false],
  ['another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
  ['another content', { 'node_modules/a': { ...a, integrity: 'sha512-b' } }, false],
])('looks at what is installed: %s', (_, installed, expected) => {
  const root = mkdtempSync(join(tmpdir(), 'npm-packages-'));
  const packages = { '': {}, 'node_modules/a': a, 'node_modules/other': otherMachine };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  mkdirSync(join(root, 'node_modules'));
  if (installed) {
    const record = JSON.stringify({ packages: installed });
    writeFileSync(join(root, 'node_modules/.package-lock.json'), record);
  }
  expect(isInstalled(root)).toBe(expected);
  rmSync(root, { recursive: true });
});
