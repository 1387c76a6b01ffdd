import type { Case } from '../datasets/index.js';
import type { CaseStore } from './case-store.js';
import type { Assessment, Draw, Figures, Scored, Task, TaskNetwork } from './task.js';

/** Figures of a split, with its mean loss. */
export interface Evaluation extends Figures {
  readonly loss: number;
}

/** How a split is predicted. */
export interface EvaluationRequest {
  readonly task: Task;
  readonly network: TaskNetwork;
  readonly store: CaseStore;
  readonly batch: number;
  /** Images changed at random as in training; none predicts them as they are. */
  readonly draw: Draw | null;
}

/**
 * Predicts cases in batches and scores them. The network is in evaluation mode meanwhile.
 *
 * @param onExample hears of every example in turn; nothing else keeps its predicted mask
 */
export async function evaluate(
  { task, network, store, batch, draw }: EvaluationRequest,
  cases: readonly Case[],
  onExample: (assessment: Assessment, index: number) => Promise<void> | void = () => undefined,
): Promise<Evaluation> {
  const examples = examplesOf(task, cases);
  const scored: Scored[] = [];
  let loss = 0;
  network.eval();
  for await (const items of store.inGroups(groupsOf(examples, batch))) {
    for (const assessment of task.assess(network, items, draw)) {
      await onExample(assessment, scored.length);
      scored.push({ item: assessment.item, row: assessment.row });
      loss += assessment.loss / examples.length;
    }
  }
  return { ...task.figures(scored, cases), loss };
}

/** What is predicted of cases: mostly the cases themselves. */
export function examplesOf(task: Task, cases: readonly Case[]): readonly Case[] {
  return task.examples?.(cases) ?? cases;
}

/** What an epoch trains on: mostly every labelled case once. */
export function epochOf(task: Task, labelled: readonly Case[], draw: Draw): readonly Case[] {
  return task.epoch?.(labelled, draw) ?? labelled;
}

/** Cases in groups of one size, the last one perhaps smaller. */
export function* groupsOf(cases: readonly Case[], size: number): Generator<readonly Case[]> {
  for (let start = 0; start < cases.length; start += size) yield cases.slice(start, start + size);
}
