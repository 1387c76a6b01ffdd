import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../errors.js';
import { isImagePath, listSeries, readImage, unusableReason } from '../images/index.js';
import { readSettingsFile } from '../settings/file.js';
import { type Group, isGroup } from '../settings/merge.js';
import type { FinetuneResult } from '../tasks/results.js';

/** How many tensors of a weights file to list. */
const TENSORS_SHOWN = 12;
/** Digits of a metric. */
const DIGITS = 4;

/**
 * What a run folder, an image or a safetensors file holds, line by line.
 *
 * @throws {RunError} the path does not exist, or is none of the three
 */
export async function describe(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new RunError(`${path} does not exist`, 'Check the path.');
  if (found.isDirectory()) return describeFolder(path);
  if (path.endsWith('.safetensors')) return describeWeights(path);
  if (isImagePath(path)) return describeImage(path);
  throw new RunError(
    `${path} is neither a run folder, nor an image, nor a .safetensors file`,
    'Name a folder that pcrl pretrain or pcrl finetune made, or a file.',
  );
}

async function describeFolder(path: string): Promise<string[]> {
  if (existsSync(join(path, 'config.json'))) return describeRun(path);
  const series = await listSeries(path);
  if (series.length === 0) return describeRun(path);
  return series.flatMap(({ address, modality, description, files, size, problems, notes }) => [
    `Series        ${address}`,
    `  ${[modality, description, size.join(' x ')].filter(Boolean).join(', ')}, files: ${files.length}`,
    ...problems.map((problem) => `  Problem: ${problem}`),
    ...notes.map((note) => `  ${note}`),
  ]);
}

async function describeRun(run: string): Promise<string[]> {
  const config = join(run, 'config.json');
  if (!existsSync(config)) {
    throw new RunError(`${run} holds no run: there is no config.json`, 'Name a run folder.');
  }
  const settings = await readSettingsFile(config);
  return [
    `Run           ${run}`,
    ...summary(settings),
    ...(settings.task === undefined ? await pretrained(run) : await finetuned(run)),
  ];
}

function summary(settings: Group): string[] {
  const views = isGroup(settings.views) ? settings.views : {};
  const what = settings.task ?? `pre-training, ${settings.method}`;
  const length = settings.steps === null ? `${settings.epochs} epochs` : `${settings.steps} steps`;
  const size = Array.isArray(views.size) ? views.size.join('x') : 'unknown';
  const weights = settings.from === undefined ? [] : [`From          ${settings.from}`];
  return [
    `Kind          ${what}, ${settings.dimensions}D, preset ${settings.preset}`,
    `Data          ${Array.isArray(settings.data) ? settings.data.join(', ') : 'unknown'}`,
    ...weights,
    `Length        ${length}, batch ${settings.batch}, size ${size}, seed ${settings.seed}`,
  ];
}

async function pretrained(run: string): Promise<string[]> {
  return [
    ...(await lastMetrics(join(run, 'metrics.jsonl'))),
    ...(await checkpoints(join(run, 'checkpoints'))),
  ];
}

async function finetuned(run: string): Promise<string[]> {
  const path = join(run, 'results.json');
  if (!existsSync(path)) return ['Result        none yet'];
  const { describeResult } = await import('../tasks/summary.js');
  const result = JSON.parse(await readFile(path, 'utf8')) as FinetuneResult;
  const unfinished = result.complete ? [] : ['  not all seeds are finished'];
  return ['Result', ...describeResult(result).map((line) => `  ${line}`), ...unfinished];
}

async function lastMetrics(path: string): Promise<string[]> {
  if (!existsSync(path)) return ['Last metrics  none yet'];
  const lines = (await readFile(path, 'utf8')).split('\n');
  const metrics = lines.map(asGroup).findLast((entry) => entry !== undefined);
  if (!metrics) return ['Last metrics  none yet'];
  return ['Last metrics', ...valuesOf(metrics).map(([name, value]) => `  ${name}: ${value}`)];
}

/** Names and values, those of a group under `group.name`, numbers as far as one reads them. */
function valuesOf(group: Group, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(group).flatMap(([name, value]) => {
    if (isGroup(value)) return valuesOf(value, `${prefix}${name}.`);
    const shown = typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value;
    return [[prefix + name, Number.isInteger(value) ? value : shown] as const];
  });
}

// The last line of a run that was killed may be cut short; the one before it counts then.
function asGroup(line: string): Group | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isGroup(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function checkpoints(folder: string): Promise<string[]> {
  const names = existsSync(folder) ? (await readdir(folder)).sort() : [];
  if (names.length === 0) return ['Checkpoints   none'];
  const files = await Promise.all(
    names.map(async (name) => `  ${name}  ${bytes((await stat(join(folder, name))).size)}`),
  );
  return ['Checkpoints', ...files];
}

async function describeImage(path: string): Promise<string[]> {
  const image = await readImage(path, { colour: 'keep' });
  const [low, high] = valueRange(image.voxels);
  const unit = image.unit === 'HU' ? ' HU' : '';
  const unusable = unusableReason(image);
  return [
    `Image         ${path}`,
    `Size          ${image.size.join(' x ')}, ${image.channels} channel${image.channels === 1 ? '' : 's'}`,
    `Spacing       ${image.spacing.map((mm) => Number(mm.toPrecision(6))).join(' x ')} mm`,
    `Values        ${low} to ${high}${unit}`,
    ...(unusable === undefined ? [] : [`Not usable    ${unusable}`]),
  ];
}

function valueRange(voxels: Float32Array): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of voxels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

async function describeWeights(path: string): Promise<string[]> {
  const { readSafetensors } = await import('@pcrl/torch');
  const { tensors, metadata } = readSafetensors(path);
  const entries = [...tensors];
  const elements = entries.reduce((sum, [, { shape }]) => sum + count(shape), 0);
  const more = entries.length - TENSORS_SHOWN;
  return [
    `Weights       ${path}`,
    `Tensors       ${entries.length}, ${elements.toLocaleString('en')} elements`,
    ...Object.entries(metadata).map(([key, value]) => `${key.padEnd(13)} ${value}`),
    ...entries
      .slice(0, TENSORS_SHOWN)
      .map(([name, { dtype, shape }]) => `  ${name}  ${dtype} [${shape.join(', ')}]`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function bytes(size: number): string {
  if (size < 1e3) return `${size} B`;
  return size < 1e6 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
