import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DatasetError, ImageError } from '../errors.js';
import {
  imageDimensions,
  imageExtensions,
  isDicom,
  isImageFolder,
  isImagePath,
  readImageDimensions,
} from '../images/index.js';
import type { Candidate } from './candidate.js';
import type { Use } from './dataset.js';
import type { Findings } from './findings.js';
import type { Layout, LayoutContent, LayoutOptions } from './layouts/layout.js';
import { recogniseLayout } from './layouts/recognise.js';
import { openSource, type Source, tableIn } from './source.js';

/** A folder that was recognised as a public archive. */
export interface Archive {
  readonly path: string;
  /** Absolute path of the folder that the layout begins at. */
  readonly folder: string;
  readonly layout: Layout;
  readonly content: LayoutContent;
}

/** What is being opened, while it is. */
export interface Opening {
  /** As the user named them. */
  readonly paths: readonly string[];
  readonly sources: readonly Source[];
  readonly archives: readonly Archive[];
  readonly dimensions: 2 | 3;
  readonly findings: Findings;
  readonly splitFile: string | undefined;
  readonly splitSeed: number;
  readonly resamplesMasks: boolean;
  readonly notes: string[];
}

/** Tells archives from other sources, and opens both. */
export async function openPaths(
  paths: readonly string[],
  request: { readonly use: Use; readonly options: LayoutOptions; readonly findings: Findings },
): Promise<Pick<Opening, 'sources' | 'archives' | 'notes'>> {
  const sources: Source[] = [];
  const archives: Archive[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    const isFolder = found?.isDirectory() === true && !isImageFolder(path);
    // A table in the folder was put there by its owner, and says more than names do.
    const isPlain = !isFolder || (await tableIn(path)) !== undefined;
    const recognised = isPlain ? undefined : await recogniseLayout(resolve(path));
    if (recognised) {
      const { layout, folder } = recognised;
      const content = await layout.open({ ...request, folder });
      archives.push({ path, folder, layout, content });
      notes.push(`${path}: recognised as ${layout.title}`, ...(content.notes ?? []));
    } else {
      const source = await openSource(path);
      sources.push(await withDimensions(source, request.findings));
      notes.push(...source.notes);
    }
  }
  return { sources, archives, notes };
}

/** Opens the images whose names do not tell pictures from volumes, and leaves out those with a problem. */
async function withDimensions(source: Source, findings: Findings): Promise<Source> {
  const candidates: Candidate[] = [];
  for (const candidate of source.candidates) {
    if (candidate.problem !== undefined) findings.add(candidate.problem, candidate.shown);
    else candidates.push(await withDimensionsOf(candidate));
  }
  return { ...source, candidates };
}

async function withDimensionsOf(candidate: Candidate): Promise<Candidate> {
  const { image } = candidate;
  if (candidate.dimensions ?? imageDimensions(image)) return candidate;
  if (!isImagePath(image) && !(await isDicom(image))) return candidate;
  const dimensions = await dimensionsInside(image);
  return dimensions ? { ...candidate, dimensions } : candidate;
}

/** Undefined where the file cannot be read. */
async function dimensionsInside(path: string): Promise<2 | 3 | undefined> {
  return readImageDimensions(path).catch((error: unknown) => {
    if (error instanceof ImageError) return undefined;
    throw error;
  });
}

/** Says how much of an archive a copy lacks. */
export function noteMissing(archives: readonly Archive[], notes: string[]): void {
  const missing = archives.flatMap(({ content }) => content.missing ?? []);
  if (missing[0] === undefined) return;
  const { path, reason } = missing[0];
  noteCount(notes, missing.length, `missing in this copy (${path}: ${reason})`);
}

export function noteCount(notes: string[], count: number, what: string): void {
  if (count > 0) notes.push(`${what}: ${count.toLocaleString('en')}`);
}

/** @param why what was found instead, if anything */
export function noImages(paths: readonly string[], why: string): DatasetError {
  return new DatasetError(
    `${paths.join(', ') || 'no source given'}: no image to use${why}`,
    `Images read: ${imageExtensions.join(' ')}`,
  );
}
