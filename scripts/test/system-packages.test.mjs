import { afterEach, beforeEach, expect, it } from 'vitest';
import { SetupError } from '../setup/steps.mjs';
import { install, missingBuildPackages, privilege } from '../setup/system-packages.mjs';

const { PATH } = process.env;
beforeEach(() => {
  process.env.PATH = '/nonexistent';
});
afterEach(() => {
  process.env.PATH = PATH;
});

it('asks for libtorch only where there is none, and for the tools that are missing', () => {
  const tools = ['g++', 'make', 'python3'];
  expect(missingBuildPackages(true)).toEqual(tools);
  expect(missingBuildPackages(false)).toEqual(['libtorch-dev', 'libopenblas0-pthread', ...tools]);
});

it('prints the exact command, with exit code 2, where it has no right to install', () => {
  expect(privilege()).toBeUndefined();
  const refused = () => install(['libtorch-dev', 'g++'], '/nonexistent/logs');
  expect(refused).toThrow(SetupError);
  expect(refused).toThrow('sudo apt-get install --no-install-recommends libtorch-dev g++\n');
  expect(refused).toThrow(expect.objectContaining({ exitCode: 2 }));
});
