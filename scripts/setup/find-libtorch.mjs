import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Libtorch
 * @property {'LIBTORCH' | 'python3' | 'system'} source who named it
 * @property {string[]} include folders for the compiler's -I
 * @property {string} lib folder with libtorch.so
 * @property {string} version such as 2.13.0
 * @property {boolean} cuda
 * @property {boolean} cxx11Abi whether std::string is the one since GCC 5
 * @property {string} standard the C++ standard that the headers ask for
 */

/**
 * The first usable libtorch of: the folder in LIBTORCH, the PyTorch of the `python3` on the path, the
 * system's libtorch-dev. A PyTorch without header files is passed over; a LIBTORCH that is set but not
 * usable is an error, because someone wanted that one.
 *
 * @param {{ env?: NodeJS.ProcessEnv, pythonTorch?: () => string | undefined, root?: string }} [places]
 * @returns {Libtorch | undefined}
 */
export function findLibtorch({ env = process.env, pythonTorch = askPython, root = '/' } = {}) {
  if (env.LIBTORCH) return fromVariable(env.LIBTORCH);
  const system = fromSystem(root);
  const python = fromPython(pythonTorch());
  // Debian's python3-torch is made of links to the system's libtorch: one libtorch, one name.
  if (python && system && sameFile(python.lib, system.lib)) return system;
  return python ?? system;
}

function fromVariable(folder) {
  const include = join(folder, 'include');
  const lib = join(folder, 'lib');
  const missing = whatIsMissing(include, lib);
  if (missing) throw new Error(`LIBTORCH is ${folder}, but there is no ${missing}`);
  return describe('LIBTORCH', include, lib);
}

function fromPython(folder) {
  if (!folder) return undefined;
  const include = join(folder, 'include');
  const lib = join(folder, 'lib');
  return whatIsMissing(include, lib) ? undefined : describe('python3', include, lib);
}

function fromSystem(root) {
  const include = join(root, 'usr/include');
  const libraries = join(root, 'usr/lib');
  if (!existsSync(libraries)) return undefined;
  const multiarch = readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu'));
  const lib = multiarch
    .map((name) => join(libraries, name))
    .find((folder) => !whatIsMissing(include, folder));
  return lib && describe('system', include, lib);
}

/** Where `python3` would import torch from, without the seconds that importing it takes. */
function askPython() {
  const question =
    'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0])';
  const answer = spawnSync('python3', ['-c', question], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

const API = 'torch/csrc/api/include';
const HEADERS = ['ATen/core/dispatch/Dispatcher.h', 'c10/core/Device.h', `${API}/torch/version.h`];
const LIBRARIES = ['libtorch.so', 'libtorch_cpu.so', 'libc10.so'];

/** The first file that a build needs and that is not there; links to nowhere count as not there. */
function whatIsMissing(include, lib) {
  const needed = [
    ...HEADERS.map((name) => join(include, name)),
    ...LIBRARIES.map((name) => join(lib, name)),
  ];
  return needed.find((path) => !existsSync(path));
}

/** @returns {Libtorch} */
function describe(source, include, lib) {
  return {
    source,
    include: [include, join(include, API)],
    lib,
    version: versionIn(include),
    cuda: existsSync(join(lib, 'libtorch_cuda.so')),
    cxx11Abi: readFileSync(join(lib, 'libc10.so')).includes('NSt7__cxx1112basic_string'),
    standard: standardIn(include),
  };
}

/** From the version macros, which moved from one header to another in PyTorch 2.8. */
function versionIn(include) {
  for (const header of [`${API}/torch/version.h`, 'torch/headeronly/version.h']) {
    const path = join(include, header);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => text.match(new RegExp(`define TORCH_VERSION_${part} (\\d+)`))?.[1],
    );
    if (parts.every((part) => part !== undefined)) return parts.join('.');
  }
  return 'unknown';
}

/** Headers that need C++20 say so in a check of their own. */
function standardIn(include) {
  const checks = [`${API}/torch/all.h`, 'ATen/ATen.h', 'c10/util/C++20.h', 'c10/util/C++17.h'];
  const needs20 = checks
    .map((header) => join(include, header))
    .some((path) => existsSync(path) && /__cplusplus < 202002L/.test(readFileSync(path, 'utf8')));
  return needs20 ? 'c++20' : 'c++17';
}

function sameFile(libA, libB) {
  const [a, b] = [libA, libB].map((lib) => realpathSync(join(lib, 'libtorch_cpu.so')));
  return a === b;
}

/** A known trap of this libtorch, in one sentence; undefined when there is none. */
export function trapOf({ version, cuda }) {
  if (version !== '2.9.0' || !cuda) return undefined;
  return (
    'PyTorch 2.9.0 has cuDNN’s 3D convolutions switched off, which makes 3D training about ' +
    '4 times slower on a GPU: use 2.9.1 or another version.'
  );
}
