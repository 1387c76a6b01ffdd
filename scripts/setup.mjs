/**
 * Makes a fresh clone ready: libtorch, npm packages, the addon, the compiled TypeScript. Each step
 * looks first whether it is done already; a second run takes a moment.
 *
 *     npm run setup               what using pcrl needs
 *     npm run setup -- --tests    and what its tests compare with, where root or sudo allow it
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './setup/build-addon.mjs';
import { buildTypeScript } from './setup/build-typescript.mjs';
import { findLibtorch, trapOf } from './setup/find-libtorch.mjs';
import { installNpmPackages } from './setup/npm-packages.mjs';
import { SetupError, step } from './setup/steps.mjs';
import {
  install,
  installCommand,
  missingBuildPackages,
  missingTestPackages,
  privilege,
} from './setup/system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const logs = join(root, 'build/setup');
const NEEDED_NODE = 20;

/** System packages come first: where they cannot be had, nothing else has been touched. */
function setUp({ tests }) {
  checkMachine();
  let libtorch;
  step('libtorch', () => {
    libtorch = provideLibtorch();
    const { version, source, lib, cuda } = libtorch;
    return `${version}${cuda ? ' with CUDA' : ''}, from ${source}, ${lib}`;
  });
  const trap = trapOf(libtorch);
  if (trap) console.log(`  note: ${trap}`);
  if (tests) step('what the tests compare with', provideTestPackages);
  step('npm packages', () => installNpmPackages(root, logs));
  step('addon', () => buildAddon(root, libtorch, logs));
  step('TypeScript', () => buildTypeScript(root, logs));
}

function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NEEDED_NODE) {
    throw new SetupError(`Node ${process.versions.node} is too old: ${NEEDED_NODE} is needed.`, 2);
  }
  if (process.platform !== 'linux') {
    throw new SetupError(`pcrl runs on Linux; this is ${process.platform}.`, 2);
  }
}

function provideLibtorch() {
  const found = find();
  const missing = missingBuildPackages(found !== undefined);
  if (missing.length > 0) install(missing, logs);
  const libtorch = found ?? find();
  if (!libtorch) {
    throw new SetupError(
      'libtorch-dev is installed, but its files are not where they are on Debian. Set LIBTORCH to a ' +
        'folder with include/ and lib/.',
      2,
    );
  }
  return libtorch;
}

function find() {
  try {
    return findLibtorch();
  } catch (error) {
    throw new SetupError(error.message, 2);
  }
}

/** Tests can do without: those that need what is missing say so and are skipped. */
function provideTestPackages() {
  const missing = missingTestPackages();
  if (missing.length === 0) return 'up to date';
  if (!privilege()) {
    return `without ${missing.join(', ')} some tests will be skipped; to install them: ${installCommand(missing)}`;
  }
  install(missing, logs);
  return `installed ${missing.join(', ')}`;
}

try {
  setUp({ tests: process.argv.includes('--tests') });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = error.exitCode;
}
