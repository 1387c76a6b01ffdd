import { globalAveragePool, noGrad, RandomStream, scope, type Tensor } from '@pcrl/torch';
import { aurocPerClass } from '../metrics/index.js';
import type { Compute } from '../training/device.js';
import { ClassificationNetwork } from './classification-network.js';
import type { ImageInputs } from './inputs.js';
import { knownLabels, lossesOfKnown, lossOfKnown } from './known-labels.js';
import type { Assessment, Draw, Figures, LoadedCase, Scored, Task, TaskNetwork } from './task.js';

/** What differs between tasks that classify. */
export interface ClassifierParts<Item extends LoadedCase> {
  readonly dimensions: 2 | 3;
  /** In the order of `Case.labels`. */
  readonly classes: readonly string[];
  readonly dropout: number;
  readonly inputs: ImageInputs<Item>;
  readonly compute: Compute;
}

/**
 * A task with one sigmoid for each class: mean binary cross-entropy over cases and classes, labels that are
 * not known (NaN) left out. Classes that exclude each other are treated alike, as in the paper.
 */
export function classifier<Item extends LoadedCase>(parts: ClassifierParts<Item>): Task<Item> {
  const { dimensions, classes, dropout, inputs, compute } = parts;
  const logitsOf = (net: TaskNetwork, items: readonly Item[], draw: Draw | null) => {
    const input = inputs.batch(items, draw);
    return compute.inPrecision(() => net.forward(input)).to({ dtype: 'f32' });
  };
  return {
    metric: 'AUROC',
    classes,
    columns: [...classes.map((name) => `score_${name}`), ...classes.map((name) => `label_${name}`)],
    read: (item, index) => inputs.read(item, index),
    bytes: (item) => inputs.bytes(item),
    network: ({ width, random }) =>
      new ClassificationNetwork({ dimensions, classes: classes.length, dropout, width }, random),
    loss: (net, items, draw) =>
      scope(() => {
        const first = items[0]?.index ?? 0;
        net.drawFrom(new RandomStream(draw.seed, 'fine-tuning: dropout', draw.epoch, first));
        const logits = logitsOf(net, items, draw);
        return lossOfKnown(logits, knownLabels(items, compute.device));
      }),
    assess: (net, items, draw) =>
      noGrad(() => scope(() => assessments(logitsOf(net, items, draw), items))),
    features: (net, items) =>
      noGrad(() =>
        scope(() => {
          const input = inputs.batch(items, null);
          const maps = compute.inPrecision(() => net.encoder.encode(input));
          return globalAveragePool(maps).to({ dtype: 'f32' });
        }),
      ),
    figures: (scored) => aurocFigures(scored, classes.length),
  };
}

function assessments(logits: Tensor, items: readonly LoadedCase[]): readonly Assessment[] {
  const losses = lossesOfKnown(logits, knownLabels(items, logits.device)).toArray();
  const scores = logits.sigmoid().toArray();
  const classes = logits.dimension(1);
  return items.map(({ item }, n) => ({
    item,
    loss: losses[n]!,
    row: [...scores.slice(n * classes, (n + 1) * classes), ...(item.labels ?? [])],
  }));
}

/** AUROC of rows that hold the score of each class, then the label of each. */
export function aurocFigures(scored: readonly Scored[], classes: number): Figures {
  const scores = scored.flatMap(({ row }) => row.slice(0, classes));
  const labels = scored.flatMap(({ row }) => row.slice(classes, 2 * classes));
  const { perClass, mean } = aurocPerClass(scores, labels, classes);
  return { perClass: perClass.map((value) => value ?? null), mean: mean ?? null };
}
