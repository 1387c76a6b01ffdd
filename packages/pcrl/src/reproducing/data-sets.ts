import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { tellArchive } from '../datasets/tell-task.js';
import { SettingsError } from '../errors.js';
import { phantomArchive, writeArchive } from '../phantom/archives/index.js';
import type { RunIO } from '../training/run-io.js';

/** Data that the paper's tables are made from. */
export interface PaperData {
  readonly title: string;
  readonly dimensions: 2 | 3;
  /** The layout that the archive has. */
  readonly layout: string;
  /** Images that a whole copy has at least. */
  readonly whole: number;
  /** The phantoms that stand in for it. */
  readonly phantoms: { readonly archive: string; readonly cases: number; readonly side: number };
}

/** The archives of the paper, by the names that `--data NAME=PATH` takes. */
export const paperData: Readonly<Record<string, PaperData>> = {
  nih: {
    title: 'NIH ChestX-ray14',
    dimensions: 2,
    layout: 'nih-chest-xray14',
    whole: 112_000,
    phantoms: { archive: 'nih', cases: 24, side: 48 },
  },
  chexpert: {
    title: 'CheXpert',
    dimensions: 2,
    layout: 'chexpert',
    whole: 220_000,
    phantoms: { archive: 'chexpert', cases: 12, side: 48 },
  },
  luna: {
    title: 'LUNA16',
    dimensions: 3,
    layout: 'luna16',
    whole: 880,
    phantoms: { archive: 'luna', cases: 10, side: 32 },
  },
  brats: {
    title: 'BraTS 2018',
    dimensions: 3,
    layout: 'brats',
    whole: 280,
    phantoms: { archive: 'brats', cases: 10, side: 32 },
  },
  lits: {
    title: 'LiTS',
    dimensions: 3,
    layout: 'lits',
    whole: 130,
    phantoms: { archive: 'lits', cases: 10, side: 32 },
  },
};

/** A file with weights that `--data` takes as well. */
const WEIGHTS = 'imagenet';

/** Where data are, by their names. */
export type DataPaths = Readonly<Record<string, string>>;

/**
 * Reads `NAME=PATH` as the command line has it.
 *
 * @throws {SettingsError} an unknown name, a name given twice, or a path that does not exist
 */
export function parseDataPaths(given: readonly string[]): DataPaths {
  const paths: Record<string, string> = {};
  for (const text of given) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || path === undefined) {
      throw new SettingsError(`--data ${text}: no NAME=PATH`, 'Write --data nih=/data/nih.');
    }
    if (!(name in paperData) && name !== WEIGHTS) {
      const names = [...Object.keys(paperData), WEIGHTS].join(', ');
      throw new SettingsError(`--data ${text}: ${name} is not known`, `Names are ${names}.`);
    }
    if (name in paths) throw new SettingsError(`--data ${name} is given twice`, 'Keep one.');
    if (!existsSync(path)) {
      throw new SettingsError(`--data ${text}: ${path} does not exist`, 'Check the path.');
    }
    paths[name] = resolve(path);
  }
  return paths;
}

/** `xrays/labels.csv in place of NIH ChestX-ray14 and CheXpert`, for each path that is not laid out as its archive. */
export async function standInsOf(
  names: readonly string[],
  paths: DataPaths,
): Promise<readonly string[]> {
  const titles = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const path = paths[name]!;
    const { layout, title } = paperData[name]!;
    if ((await tellArchive([path])) === layout) continue;
    titles.set(path, [...(titles.get(path) ?? []), title]);
  }
  return [...titles].map(
    ([path, of]) =>
      `${join(basename(dirname(path)), basename(path))} in place of ${of.join(' and ')}`,
  );
}

/** Draws the phantoms that stand in for an archive, where they are not there yet. */
export async function drawPhantoms(out: string, name: string, io: RunIO): Promise<string> {
  const { archive, cases, side } = paperData[name]!.phantoms;
  const folder = join(out, 'phantoms', name);
  const watcher = { count: () => undefined, interrupted: io.interrupted };
  await writeArchive(phantomArchive(archive), { folder, cases, seed: 1, side }, watcher);
  return folder;
}
