import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type * as Torch from '@pcrl/torch';
import { isGroup } from '../settings/merge.js';
import { explain } from './failure.js';
import { cudnnVersion, knownTraps } from './known-traps.js';

/** What the doctor found. */
export interface Findings {
  readonly lines: readonly string[];
  /** Whether libtorch loads and computes rightly; a known trap alone does not make it ill. */
  readonly healthy: boolean;
}

/** Looks at libtorch, BLAS, threads and the GPU, and computes convolutions known by hand. */
export async function examine(): Promise<Findings> {
  const machine = [
    `Node        ${process.version}`,
    `Machine     ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB memory`,
    ...(await builtAgainst()),
  ];
  try {
    const torch = await import('@pcrl/torch');
    const check = await selfCheck(torch);
    return { lines: [...machine, ...(await facts(torch)), ...check.lines], healthy: check.healthy };
  } catch (error) {
    return { lines: [...machine, `libtorch    ${explain(error).message}`], healthy: false };
  }
}

/** Paths of the shared libraries of one name that a process has loaded, from `/proc/PID/maps`. */
export function loadedLibraries(maps: string, name: RegExp): string[] {
  const paths = maps.split('\n').flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].filter((path) => name.test(path.split('/').at(-1) ?? ''));
}

async function builtAgainst(): Promise<string[]> {
  const folders = createRequire(import.meta.url).resolve.paths('@pcrl/torch') ?? [];
  const file = folders
    .map((folder) => join(folder, '@pcrl/torch/build/built-against.json'))
    .find(existsSync);
  if (!file) return [];
  const built: unknown = JSON.parse(await readFile(file, 'utf8'));
  const libtorch = isGroup(built) && isGroup(built.libtorch) ? built.libtorch : {};
  const { version = 'unknown', source = 'unknown source', lib = 'place unknown' } = libtorch;
  return [`Built for   libtorch ${version} (${source}, ${lib})`];
}

async function facts({ buildInfo, threads }: typeof Torch): Promise<string[]> {
  const info = buildInfo();
  const maps = await readFile('/proc/self/maps', 'utf8').catch(() => '');
  const place = loadedLibraries(maps, /^libtorch_cpu\./)[0] ?? 'place unknown';
  const blas = loadedLibraries(maps, /^lib(blas|openblas|mkl_rt|mkl_core|cblas)[-.\w]*\.so/)[0];
  const { version, cuda, cudnn } = info;
  const gpu = cuda ? `${info.devices} CUDA device${info.devices === 1 ? '' : 's'}` : 'none';
  return [
    `libtorch    ${version} (${place})`,
    `BLAS        ${blas ?? 'libtorch’s own'}`,
    `Threads     ${availableParallelism()} for one operator; libtorch alone would take ${threads()}`,
    `GPU         ${gpu}`,
    `cuDNN       ${cudnn > 0 ? cudnnVersion(cudnn) : 'none'}`,
    ...knownTraps({ version, cuda, cudnn, blas }).map((trap) => `Warning     ${trap}`),
  ];
}

async function selfCheck(torch: typeof Torch): Promise<Findings> {
  const { convolutionFaults } = await import('../training/self-check.js');
  const devices = torch.buildInfo().cuda ? ['cpu', 'cuda'] : ['cpu'];
  const faults = devices.flatMap(convolutionFaults);
  if (faults.length === 0) {
    return { lines: [`Self-check  convolutions right on ${devices.join(' and ')}`], healthy: true };
  }
  return {
    lines: [
      ...faults.map((fault) => `Self-check  ${fault}`),
      '            Nothing is trained with this libtorch. Give another: LIBTORCH=FOLDER npm run setup',
    ],
    healthy: false,
  };
}
