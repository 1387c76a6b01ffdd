import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FinetuneSettings, PretrainSettings } from '../settings/index.js';
import { type Group, isGroup } from '../settings/merge.js';
import type { FinetuneResult } from '../tasks/results.js';
import { readJson, runFolder } from '../training/run-folder.js';
import type { LabelledData } from './data-parts.js';

/** A run of a plan: its folder's name tells its settings and data, so that tables share it. */
export type Run =
  | {
      readonly kind: 'pretrain';
      readonly name: string;
      readonly settings: PretrainSettings;
      /** Images that it trains on. */
      readonly images: number;
    }
  | {
      readonly kind: 'finetune';
      readonly name: string;
      readonly settings: FinetuneSettings;
      /** The run that its weights come from. */
      readonly needs: string | undefined;
      readonly target: LabelledData;
      /** Labelled cases, or candidates, of an epoch. */
      readonly labelled: number;
    };

export type PretrainRun = Extract<Run, { kind: 'pretrain' }>;
export type FinetuneRun = Extract<Run, { kind: 'finetune' }>;

/** What does not change what a run gives, or is told otherwise: where it is, on what it computes. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['out', 'data', 'from', 'dataset', 'preset', 'seeds'],
  ...['device', 'threads', 'workers', 'checkpoint'],
]);

/**
 * The name of a run: words for people, and a hash of what decides it.
 *
 * @param facts what decides it beside its settings: its images, its weights
 */
export function nameOfRun(
  words: readonly string[],
  settings: PretrainSettings | FinetuneSettings,
  facts: readonly string[],
): string {
  const text = JSON.stringify([deciding(settings), facts]);
  return [...words, createHash('sha256').update(text).digest('hex').slice(0, 10)].join('-');
}

/** Equal for runs that differ in their data and weights alone: their steps take equally long. */
export function kindOfRun({ settings }: Run): string {
  const facts = 'labels' in settings ? { ...settings, labels: null } : settings;
  return JSON.stringify(deciding(facts));
}

function deciding(settings: object): unknown {
  return sorted(Object.fromEntries(Object.entries(settings).filter(([key]) => !LEFT_OUT.has(key))));
}

/** Where a run of a plan lies. */
export function folderOfRun(out: string, kind: Run['kind'], name: string): string {
  return join(out, kind === 'pretrain' ? 'pretrained' : 'finetuned', name);
}

/** Whether a run has come to its end, with as many seeds as are wanted. */
export function isFinished({ kind, settings }: Run): boolean {
  if (kind === 'pretrain') return existsSync(runFolder(settings.out).encoder);
  const results = resultsOf(settings.out);
  return results !== undefined && results.seeds.length >= settings.seeds;
}

/** The runs that are still to be carried out. */
export function unfinished(runs: readonly Run[]): readonly Run[] {
  return runs.filter((run) => !isFinished(run));
}

/** What a run does, for people. */
export function describeRun({ kind, name }: Run): string {
  return `${kind === 'pretrain' ? 'pre-training' : 'fine-tuning'} ${name}`;
}

/** The results of a fine-tuning run as far as it has come. */
export function resultsOf(folder: string): FinetuneResult | undefined {
  const path = join(folder, 'results.json');
  return existsSync(path) ? (readJson(path) as unknown as FinetuneResult) : undefined;
}

/** Keys in one order, so that the same settings give the same text. */
function sorted(value: unknown): unknown {
  if (!isGroup(value)) return value;
  const group: Group = value;
  return Object.fromEntries(
    Object.keys(group)
      .sort()
      .map((key) => [key, sorted(group[key])]),
  );
}
