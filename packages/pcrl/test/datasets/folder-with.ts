import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'vitest';
import { type DatasetOptions, openDataset } from '../../src/datasets/index.js';
import { recogniseLayout } from '../../src/datasets/layouts/recognise.js';
import { DatasetError } from '../../src/errors.js';
import { writeNifti } from '../../src/images/index.js';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** A new folder below `root`; PNGs get a pixel, volumes 2 x 2 x 2 voxels, tables their lines, other files nothing. */
export async function folderWith(
  root: string,
  names: readonly string[],
  tables: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> {
  const folder = mkdtempSync(join(root, 'set-'));
  const volume = { size: [2, 2, 2], spacing: [1, 1, 1], voxels: new Uint8Array(8) };
  for (const name of [...names, ...Object.keys(tables)]) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (tables[name]) writeFileSync(path, tables[name].join('\n'));
    else if (/\.nii(\.gz)?$/.test(name)) await writeNifti(path, volume);
    else writeFileSync(path, /\.(png|jpg)$/.test(name) ? PIXEL : '');
  }
  return folder;
}

/** The message with which a path is refused. */
export async function refusal(path: string, options: DatasetOptions): Promise<string> {
  const error = await openDataset([path], options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

/** The layout that a folder is recognised as. */
export const layoutOf = async (folder: string) => (await recogniseLayout(folder))?.layout.name;

/** Case images below a folder. */
export const imagesIn = (folder: string, cases: readonly { image: string }[]) =>
  cases.map(({ image }) => relative(folder, image));
