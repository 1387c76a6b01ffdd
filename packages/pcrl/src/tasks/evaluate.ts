import type { Case } from '../datasets/index.js';
import type { CaseStore } from './case-store.js';
import type { Assessment, Draw, Figures, Task, TaskNetwork } from './task.js';

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
 * @param onCase hears of every case in turn; nothing else keeps its predicted mask
 */
export async function evaluate(
  { task, network, store, batch, draw }: EvaluationRequest,
  cases: readonly Case[],
  onCase: (assessment: Assessment, index: number) => Promise<void> | void = () => undefined,
): Promise<Evaluation> {
  const rows: (readonly number[])[] = [];
  let loss = 0;
  network.eval();
  for await (const items of store.inGroups(groupsOf(cases, batch))) {
    for (const assessment of task.assess(network, items, draw)) {
      await onCase(assessment, rows.length);
      rows.push(assessment.row);
      loss += assessment.loss / cases.length;
    }
  }
  return { ...task.figures(rows), loss };
}

/** Cases in groups of one size, the last one perhaps smaller. */
export function* groupsOf(cases: readonly Case[], size: number): Generator<readonly Case[]> {
  for (let start = 0; start < cases.length; start += size) yield cases.slice(start, start + size);
}
