import { noGrad, RandomStream, scope, type Tensor } from '@pcrl/torch';
import { aurocPerClass } from '../metrics/index.js';
import type { Compute } from '../training/device.js';
import type { ClassOutputs } from './class-outputs.js';
import { ClassificationNetwork, meanFeatures } from './classification-network.js';
import type { ImageInputs } from './inputs.js';
import type { Draw, Figures, LoadedCase, Scored, Task, TaskNetwork } from './task.js';

/** What differs between tasks that classify. */
export interface ClassifierParts<Item extends LoadedCase> {
  readonly dimensions: 2 | 3;
  /** In the order of `Case.labels`. */
  readonly classes: readonly string[];
  readonly outputs: ClassOutputs;
  readonly dropout: number;
  readonly inputs: ImageInputs<Item>;
  readonly compute: Compute;
}

/** A task that scores classes, by AUROC of each against all others. */
export function classifier<Item extends LoadedCase>(parts: ClassifierParts<Item>): Task<Item> {
  const { dimensions, classes, outputs, dropout, inputs, compute } = parts;
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
        return outputs.loss(logitsOf(net, items, draw), items, classWeights(net));
      }),
    assess: (net, items, draw) =>
      noGrad(() =>
        scope(() => {
          const logits = logitsOf(net, items, draw);
          const losses = outputs.losses(logits, items, classWeights(net)).toArray();
          const scores = rowsOf(outputs.scores(logits));
          return items.map(({ item }, n) => ({
            item,
            loss: losses[n]!,
            row: [...scores[n]!, ...(item.labels ?? [])],
          }));
        }),
      ),
    features: (net, items) => meanFeatures(net, () => inputs.batch(items, null), compute),
    figures: (scored) => aurocFigures(scored, classes.length),
  };
}

function classWeights(net: TaskNetwork): readonly number[] | undefined {
  return net instanceof ClassificationNetwork ? net.classWeights : undefined;
}

/** The rows of `[N, K]`. */
export function rowsOf(values: Tensor): readonly (readonly number[])[] {
  const [count, width] = [values.dimension(0), values.dimension(1)];
  const all = values.toArray();
  return Array.from({ length: count }, (_, n) => all.slice(n * width, (n + 1) * width));
}

/** AUROC of rows that hold the score of each class, then the label of each. */
export function aurocFigures(scored: readonly Scored[], classes: number): Figures {
  const scores = scored.flatMap(({ row }) => row.slice(0, classes));
  const labels = scored.flatMap(({ row }) => row.slice(classes, 2 * classes));
  const { perClass, mean } = aurocPerClass(scores, labels, classes);
  return { perClass: perClass.map((value) => value ?? null), mean: mean ?? null };
}
