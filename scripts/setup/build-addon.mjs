import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { runLogged } from './steps.mjs';

/** A compiler that reads libtorch's headers takes up to this much memory. */
const COMPILER_BYTES = 2 ** 31;

/**
 * Builds the addon unless the one that is there was built from the same sources, against the same
 * libtorch, for the same Node.
 * @param {import('./find-libtorch.mjs').Libtorch} libtorch
 */
export function buildAddon(root, libtorch, logs) {
  const folder = join(root, 'packages/torch');
  const record = join(folder, 'build/built-against.json');
  const wanted = buildInputs(folder, libtorch);
  if (existsSync(join(folder, 'build/Release/door.node')) && isRecorded(record, wanted)) {
    return 'up to date';
  }
  const output = runLogged(nodeGyp(root, folder), {
    cwd: folder,
    log: join(logs, 'addon.log'),
    env: { ...process.env, ...gypVariables(libtorch) },
  });
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, `${JSON.stringify(wanted, null, 2)}\n`);
  const warnings = output.split('\n').filter((line) => /native\/.*warning:/.test(line));
  return ['built', ...warnings].join('\n');
}

/** All that the addon's bits depend on. */
function buildInputs(folder, libtorch) {
  const library = statSync(join(libtorch.lib, 'libtorch_cpu.so'));
  return {
    libtorch,
    library: { bytes: library.size, changed: library.mtime.toISOString() },
    sources: fingerprint([join(folder, 'binding.gyp'), join(folder, 'native')]),
    node: { version: process.version, abi: process.versions.modules, arch: process.arch },
  };
}

function isRecorded(record, wanted) {
  if (!existsSync(record)) return false;
  return readFileSync(record, 'utf8') === `${JSON.stringify(wanted, null, 2)}\n`;
}

function nodeGyp(root, folder) {
  const jobs = Math.min(
    availableParallelism(),
    Math.max(1, Math.floor(totalmem() / COMPILER_BYTES)),
  );
  const headers = nodeHeaders();
  return [
    process.execPath,
    join(root, 'node_modules/node-gyp/bin/node-gyp.js'),
    // Not `rebuild`: make compiles anew what another libtorch or Node changes, and nothing else.
    'configure',
    'build',
    `--directory=${folder}`,
    `--jobs=${jobs}`,
    ...(headers ? [`--nodedir=${headers}`] : []),
  ];
}

/** The folder above `bin/node` when Node's headers lie there too; without it node-gyp downloads them. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

/** What packages/torch/binding.gyp reads. */
export function gypVariables(libtorch) {
  return {
    PCRL_TORCH_INCLUDE: libtorch.include.join(':'),
    PCRL_TORCH_LIB: libtorch.lib,
    PCRL_TORCH_CUDA: libtorch.cuda ? '1' : '0',
    PCRL_TORCH_CXX11_ABI: libtorch.cxx11Abi ? '1' : '0',
    PCRL_TORCH_STD: libtorch.standard,
  };
}
