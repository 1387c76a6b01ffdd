import { budgetName, type ProbeKind } from '../../tasks/results.js';
import type { WeightsSource } from '../../tasks/weights.js';
import type { FinetunedRun, FinetunedSeed } from './finetuned-run.js';

/** Repetitions that differ in their seeds alone. */
export interface Group {
  /** What the weights are called: `from scratch`, or the name of the run or file; probes say so. */
  readonly source: string;
  /** How the encoder was probed; undefined where it was fine-tuned. */
  readonly probe: ProbeKind | undefined;
  readonly from: WeightsSource;
  /** The label budget as users write it, and the labelled cases that it came to. */
  readonly budget: string;
  readonly labelled: number;
  readonly seeds: readonly FinetunedSeed[];
}

const SCRATCH = 'from scratch';
const PROBE_NAMES: Readonly<Record<ProbeKind, string>> = {
  linear: 'linear probe',
  knn: 'kNN probe',
};

/** Runs by label budget, fewest labels first, and by where the weights came from, scratch first. */
export function groupRuns(runs: readonly FinetunedRun[]): readonly Group[] {
  const names = sourceNames(runs);
  const groups = new Map<string, Group>();
  for (const { result, seeds } of runs) {
    if (seeds.length === 0) continue;
    const { probe } = result;
    const weights = names.get(keyOf(result.from))!;
    const source = probe ? `${weights}, ${PROBE_NAMES[probe]}` : weights;
    const budget = budgetName(result.labels);
    const key = `${source} ${budget}`;
    const known = groups.get(key);
    const all = [...(known?.seeds ?? []), ...seeds];
    const labelled = Math.round(
      all.reduce((sum, { result: seed }) => sum + seed.labelled.cases, 0) / all.length,
    );
    groups.set(key, { source, probe, from: result.from, budget, labelled, seeds: all });
  }
  const ways = [undefined, ...Object.keys(PROBE_NAMES)];
  const rank = ({ from, probe }: Group) =>
    ways.indexOf(probe) * names.size + [...names.keys()].indexOf(keyOf(from));
  return [...groups.values()].sort((a, b) => a.labelled - b.labelled || rank(a) - rank(b));
}

/** Groups of one label budget. Budgets written in two ways that mean the same cases are one. */
export function byBudget(groups: readonly Group[]): readonly (readonly Group[])[] {
  const budgets = [...new Set(groups.map(({ labelled }) => labelled))];
  return budgets.map((labelled) => groups.filter((group) => group.labelled === labelled));
}

/** The names of the sources in their order. */
export function sourcesOf(groups: readonly Group[]): readonly string[] {
  const scratch = (source: string) => Number(source.startsWith(SCRATCH));
  const found = [...new Set(groups.map(({ source }) => source))];
  return found.sort((a, b) => scratch(b) - scratch(a));
}

/** The group that one is compared with: learnt in the same way from as many labels, from scratch. */
export function counterpartOf(group: Group, groups: readonly Group[]): Group | undefined {
  const found = groups.find(
    ({ from, labelled, probe }) =>
      from.kind === 'scratch' && labelled === group.labelled && probe === group.probe,
  );
  return found === group ? undefined : found;
}

function keyOf(from: WeightsSource): string {
  return from.kind === 'scratch' ? from.kind : from.sha256;
}

/** A name for each source, numbered where two are called the same. */
function sourceNames(runs: readonly FinetunedRun[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const sources = runs.map(({ result }) => result.from);
  if (sources.some(({ kind }) => kind === 'scratch')) names.set('scratch', SCRATCH);
  for (const from of sources) {
    if (from.kind === 'scratch' || names.has(from.sha256)) continue;
    const alike = [...names.values()].filter((name) => name.replace(/ \(\d+\)$/, '') === from.name);
    names.set(from.sha256, alike.length === 0 ? from.name : `${from.name} (${alike.length + 1})`);
  }
  return names;
}
