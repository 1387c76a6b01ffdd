import { dirname } from 'node:path';
import { type Case, openDataset } from '../../datasets/index.js';
import { inTheTables } from '../../tasks/detection/detection.js';
import type { Attention } from '../../tasks/predicting/attention.js';
import { openModel } from '../../tasks/predicting/model.js';
import type { Predictor } from '../../tasks/predicting/predictor.js';
import { openPredictor } from '../../tasks/predicting/registry.js';
import { prepareCompute } from '../../training/device.js';
import type { ComparableRuns } from './finetuned-run.js';
import type { Group } from './groups.js';

/** A test case, and the class for which a map is wanted. */
export interface AttentionRequest {
  readonly at: number;
  readonly label: number;
}

/**
 * The test cases with all that the data say of them, in the order of `TestCases`. Each candidate that was
 * tested is one, alone in its scan.
 */
export async function testCasesOf({ runs, test }: ComparableRuns): Promise<readonly Case[]> {
  const { settings } = openModel(runs[0]!.folder);
  const { cases } = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    ...settings.dataset,
    use: settings.task,
    ...('labelNames' in settings && settings.labelNames ? { labels: settings.labelNames } : {}),
  });
  const byPath = new Map(cases.map((item) => [item.image, item]));
  const rows = runs[0]!.seeds[0]!.rows;
  return test.images.map((image, at) => {
    const item = byPath.get(image) ?? { image };
    return settings.task === 'detection' ? aroundCandidate(item, rows[at]!) : item;
  });
}

/** @param row score and label, then the position as LUNA16's tables have it */
function aroundCandidate(item: Case, [, label, x = 0, y = 0, z = 0]: readonly number[]): Case {
  const position = inTheTables([x, y, z]);
  return { ...item, candidates: [{ position, label: label === 1 ? 1 : 0 }] };
}

/** The network of a group's first seed, asked where in test cases it looks. */
export class GroupAttention implements Disposable {
  readonly #predictor: Predictor;

  /** @throws {RunError | StateDictError} the network cannot be loaded */
  constructor(
    readonly group: Group,
    readonly cases: readonly Case[],
  ) {
    const { folder, result } = group.seeds[0]!;
    const model = openModel(dirname(folder), result.seed);
    this.#predictor = openPredictor(model, prepareCompute({ ...model.settings, device: 'auto' }));
  }

  /**
   * The map of one class; undefined where the task has no maps.
   *
   * @throws {ImageError} the image cannot be read any more
   */
  async of({ at, label }: AttentionRequest): Promise<Attention | undefined> {
    if (!this.#predictor.attention) return undefined;
    const item = await this.#predictor.read(this.cases[at]!);
    const predicted = this.#predictor.predict([item])[0]!;
    return this.#predictor.attention(item, predicted)[label];
  }

  [Symbol.dispose](): void {
    this.#predictor.dispose();
  }
}
