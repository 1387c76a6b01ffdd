import { globalAveragePool, noGrad, RandomStream, scope, type Tensor } from '@pcrl/torch';
import { aurocPerClass } from '../metrics/index.js';
import type { ClassificationSettings } from '../settings/index.js';
import { ClassificationNetwork } from './classification-network.js';
import type { ImageInputs } from './inputs.js';
import { knownLabels, lossesOfKnown, lossOfKnown } from './known-labels.js';
import { pictureInputs } from './pictures.js';
import type { Assessment, Draw, LoadedCase, Task, TaskNetwork, TaskRequest } from './task.js';
import { volumeInputs } from './volume-inputs.js';

/**
 * Multi-label classification: one sigmoid for each label column, mean binary cross-entropy over cases and
 * classes, labels that are not known (NaN) left out. Columns that exclude each other are treated alike,
 * as in the paper.
 */
export async function classification({
  settings,
  dataset,
  compute,
}: TaskRequest<ClassificationSettings>): Promise<Task> {
  const { views, dimensions, network } = settings;
  const classes = dataset.labelNames;
  const inputs: ImageInputs<LoadedCase> =
    dimensions === 2 ? pictureInputs(views, compute.device) : volumeInputs(views, compute.device);
  const logitsOf = (net: TaskNetwork, items: readonly LoadedCase[], draw: Draw | null) => {
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
      new ClassificationNetwork(
        { dimensions, classes: classes.length, dropout: network.dropout, width },
        random,
      ),
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
    figures: (rows) => {
      const scores = rows.flatMap((row) => row.slice(0, classes.length));
      const labels = rows.flatMap((row) => row.slice(classes.length));
      const { perClass, mean } = aurocPerClass(scores, labels, classes.length);
      return { perClass: perClass.map((value) => value ?? null), mean: mean ?? null };
    },
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
