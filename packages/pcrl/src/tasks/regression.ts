import { callOne, mseLoss, noGrad, RandomStream, scope, type Tensor, tensor } from '@pcrl/torch';
import type { Case } from '../datasets/index.js';
import { meanAbsoluteError, rSquared, spearman } from '../metrics/index.js';
import type { RegressionSettings } from '../settings/index.js';
import type { Compute } from '../training/device.js';
import { meanFeatures } from './classification-network.js';
import type { ImageInputs } from './inputs.js';
import { pictureInputs } from './pictures.js';
import { NeighbourNumbers } from './probing/neighbour-numbers.js';
import { ridgeProbe } from './probing/ridge-probe.js';
import { RegressionNetwork } from './regression-network.js';
import type { Draw, Figures, LoadedCase, Scored, Task, TaskNetwork, TaskRequest } from './task.js';
import { volumeInputs } from './volume-inputs.js';

/** libtorch's code for a loss that is averaged. */
const MEAN = 1;
const WHERE_LINEAR = 1;

/** Regression of a number: one linear output, learnt on the scale of the labelled cases' mean and deviation. */
export async function regression({
  settings,
  dataset,
  compute,
}: TaskRequest<RegressionSettings>): Promise<Task> {
  const { views, dimensions } = settings;
  const name = dataset.targetName ?? 'label';
  const parts = { settings, name, compute };
  return dimensions === 2
    ? taskOf(parts, pictureInputs(views, compute.device))
    : taskOf(parts, volumeInputs(views, compute.device));
}

function taskOf<Item extends LoadedCase>(
  {
    settings,
    name,
    compute,
  }: {
    readonly settings: RegressionSettings;
    readonly name: string;
    readonly compute: Compute;
  },
  inputs: ImageInputs<Item>,
): Task<Item> {
  const { dimensions, loss, network } = settings;
  const outputOf = (net: TaskNetwork, items: readonly Item[], draw: Draw | null) => {
    const input = inputs.batch(items, draw);
    return compute.inPrecision(() => net.forward(input)).to({ dtype: 'f32' });
  };
  const errorOf = (output: Tensor, wanted: Tensor) =>
    loss === 'mse'
      ? mseLoss(output, wanted)
      : callOne('aten::smooth_l1_loss', output, wanted, MEAN, WHERE_LINEAR);
  return {
    metric: 'R²',
    classes: [name],
    columns: [`value_${name}`, `label_${name}`],
    read: (item, index) => inputs.read(item, index),
    bytes: (item) => inputs.bytes(item),
    network: ({ width, random }) =>
      new RegressionNetwork({ dimensions, dropout: network.dropout, width }, random),
    fit: (net, labelled) => regressionNetwork(net).scaleTo(labelled.map(targetOf)),
    loss: (net, items, draw) =>
      scope(() => {
        const first = items[0]?.index ?? 0;
        net.drawFrom(new RandomStream(draw.seed, 'fine-tuning: dropout', draw.epoch, first));
        const output = outputOf(net, items, draw);
        return errorOf(output, regressionNetwork(net).scaled(targetsOf(items, compute)));
      }),
    assess: (net, items, draw) =>
      noGrad(() =>
        scope(() => {
          const output = outputOf(net, items, draw);
          const own = regressionNetwork(net);
          const wanted = own.scaled(targetsOf(items, compute));
          const values = own.values(output).toArray();
          return items.map(({ item }, n) => ({
            item,
            loss: errorOf(output.narrow(0, n, 1), wanted.narrow(0, n, 1)).item(),
            row: [values[n]!, targetOf(item)],
          }));
        }),
      ),
    features: (net, items) => meanFeatures(net, () => inputs.batch(items, null), compute),
    linearProbe: ridgeProbe,
    neighbourProbe: (net, neighbours, count) =>
      new NeighbourNumbers(regressionNetwork(net), neighbours, count),
    figures: regressionFigures,
  };
}

function regressionNetwork(net: TaskNetwork): RegressionNetwork {
  if (net instanceof RegressionNetwork) return net;
  if (net instanceof NeighbourNumbers) return net.regression;
  throw new TypeError('regression is trained with another network');
}

function targetOf({ target }: Case): number {
  return target ?? Number.NaN;
}

function targetsOf(items: readonly LoadedCase[], { device }: Pick<Compute, 'device'>): Tensor {
  const numbers = Float32Array.from(items, ({ item }) => targetOf(item));
  return tensor(numbers, [items.length, 1], { device });
}

/** R² as the score, MAE in the number's own unit, and Spearman's rank correlation. */
function regressionFigures(scored: readonly Scored[]): Figures {
  const predictions = scored.map(({ row }) => row[0]!);
  const truths = scored.map(({ row }) => row[1]!);
  const score = rSquared(predictions, truths) ?? null;
  return {
    perClass: [score],
    mean: score,
    further: {
      MAE: meanAbsoluteError(predictions, truths) ?? null,
      Spearman: spearman(predictions, truths) ?? null,
    },
  };
}
