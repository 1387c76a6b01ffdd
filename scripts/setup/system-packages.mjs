import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runLogged, SetupError, works } from './steps.mjs';

const LIBTORCH_PACKAGES = ['libtorch-dev', 'libopenblas0-pthread'];

/** What only tests use: other people's programs as a second opinion, and a browser. */
const TEST_PACKAGES = [
  'python3-torch',
  'python3-torchvision',
  'python3-nibabel',
  'python3-pydicom',
  'python3-gdcm',
  'python3-sklearn',
  'python3-scipy',
  'python3-numpy',
  'python3-pil',
  'python3-zarr',
  'chromium',
];

/** Packages that building the addon lacks on this machine. */
export function missingBuildPackages(hasLibtorch) {
  const programs = { 'g++': 'g++', make: 'make', python3: 'python3' };
  const tools = Object.keys(programs).filter((program) => !works(program, '--version'));
  return [...(hasLibtorch ? [] : LIBTORCH_PACKAGES), ...tools.map((tool) => programs[tool])];
}

/** Packages that the tests lack on this machine; none where there is no dpkg to ask. */
export function missingTestPackages() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg's.
  const format = ['-W', '-f', '${Package} ${db:Status-Status}\n'];
  const answer = spawnSync('dpkg-query', [...format, ...TEST_PACKAGES], { encoding: 'utf8' });
  if (answer.error) return [];
  const installed = new Set(answer.stdout.split('\n'));
  return TEST_PACKAGES.filter((name) => !installed.has(`${name} installed`));
}

/** The words in front of `apt-get` that make it allowed; undefined where nothing does. */
export function privilege() {
  if (!works('apt-get', '--version')) return undefined;
  if (process.getuid?.() === 0) return [];
  return works('sudo', '-n', 'true') ? ['sudo', '-n'] : undefined;
}

/** The command a user would type to install the packages. */
export function installCommand(packages) {
  return `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Installs Debian packages; refreshes the package lists only when it does not work without.
 * @throws {SetupError} with the command to run (exit code 2) where there are no rights to do it
 */
export function install(packages, logs) {
  const prefix = privilege();
  if (!prefix) {
    throw new SetupError(
      `${packages.join(', ')} must be installed, which needs root or sudo. Run\n\n` +
        `  ${installCommand(packages)}\n\nor set LIBTORCH to a libtorch folder with include/ and ` +
        'lib/, and try again. Nothing was changed.',
      2,
    );
  }
  const apt = (...args) => {
    const quietly = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y'];
    const command = [...quietly, '-o', 'DPkg::Lock::Timeout=120', ...args];
    runLogged(command, { cwd: '/', log: join(logs, 'apt.log') });
  };
  const installation = ['install', '--no-install-recommends', ...packages];
  try {
    apt(...installation);
  } catch {
    apt('update');
    apt(...installation);
  }
}
