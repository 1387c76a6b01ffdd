import { meanOfDefined } from '../metrics/index.js';
import type { ClassificationSettings } from '../settings/index.js';
import { anyOfClasses, type ClassOutputs, oneOfTheClasses } from './class-outputs.js';
import { ClassificationNetwork } from './classification-network.js';
import { aurocFigures, classifier } from './classifier.js';
import { pictureInputs } from './pictures.js';
import type { Scored, Task, TaskRequest } from './task.js';
import { volumeInputs } from './volume-inputs.js';

/**
 * Classification of pictures and volumes. Columns of 0 and 1 are classes of which a case has any number (those
 * that exclude each other are treated alike, as in the paper); the values of one column are classes of which a
 * case has one.
 */
export async function classification({
  settings,
  dataset,
  compute,
}: TaskRequest<ClassificationSettings>): Promise<Task> {
  const { views, dimensions, network, imbalance } = settings;
  const { labelNames: classes, exclusive = false } = dataset;
  const outputs = outputsOf(settings, exclusive);
  const parts = { dimensions, classes, outputs, dropout: network.dropout, compute };
  const task: Task =
    dimensions === 2
      ? classifier({ ...parts, inputs: pictureInputs(views, compute.device) })
      : classifier({ ...parts, inputs: volumeInputs(views, compute.device) });
  return {
    ...task,
    ...(exclusive ? { exclusive } : {}),
    fit: (net, labelled) => {
      if (imbalance === null || !(net instanceof ClassificationNetwork)) return;
      net.classWeights = outputs.balancing(labelled, classes.length);
    },
    figures: (scored) => ({
      ...aurocFigures(scored, classes.length),
      ...(exclusive ? { further: { accuracy: accuracy(scored, classes.length) } } : {}),
    }),
  };
}

/** A probe learns each class by itself, so its scores stay apart. */
export function outputsOf(
  { probe }: Pick<ClassificationSettings, 'probe'>,
  exclusive: boolean,
): ClassOutputs {
  return exclusive && probe.kind === null ? oneOfTheClasses : anyOfClasses;
}

/** Share of the cases whose likeliest class is theirs. */
function accuracy(scored: readonly Scored[], classes: number): number | null {
  const right = scored.map(({ row }) => {
    const [scores, labels] = [row.slice(0, classes), row.slice(classes)];
    return Number(labels[scores.indexOf(Math.max(...scores))] === 1);
  });
  return meanOfDefined(right) ?? null;
}
