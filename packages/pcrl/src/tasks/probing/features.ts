import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { scope } from '@pcrl/torch';
import type { Case } from '../../datasets/index.js';
import type { RunIO } from '../../training/run-io.js';
import type { CaseStore } from '../case-store.js';
import { groupsOf } from '../evaluate.js';
import type { Task, TaskNetwork } from '../task.js';

/** What an encoder makes of some cases, with their labels. */
export interface FeatureTable {
  readonly classes: readonly string[];
  /** Numbers in a row. */
  readonly width: number;
  /** Features of each case. */
  readonly rows: readonly Float32Array[];
  /** Labels of each case: 1, 0, or NaN where one is not known; or its number. */
  readonly labels: readonly (readonly number[])[];
}

/** What features are made with. */
export interface FeatureRequest {
  readonly task: Task;
  readonly network: TaskNetwork;
  readonly store: CaseStore;
  readonly batch: number;
  readonly io: RunIO;
}

/** The features of cases as they are tested: nothing drawn. Undefined when interrupted. */
export async function featuresOf(
  { task, network, store, batch, io }: FeatureRequest,
  cases: readonly Case[],
): Promise<FeatureTable | undefined> {
  const rows: Float32Array[] = [];
  network.eval();
  for await (const items of store.inGroups(groupsOf(cases, batch))) {
    await eventLoopTurn();
    if (io.interrupted()) return undefined;
    rows.push(...scope(() => rowsOf(task, network, items)));
  }
  return { classes: task.classes, width: rows[0]?.length ?? 0, rows, labels: cases.map(known) };
}

function known({ labels, target }: Case): readonly number[] {
  return labels ?? (target === undefined ? [] : [target]);
}

function rowsOf(task: Task, network: TaskNetwork, items: Parameters<Task['loss']>[1]) {
  const features = task.features!(network, items);
  const width = features.dimension(1);
  const values = Float32Array.from(features.toArray());
  return items.map((_, n) => values.slice(n * width, (n + 1) * width));
}
