import { noGrad, scope, type Tensor } from '@pcrl/torch';
import type { Dataset } from '../datasets/index.js';
import { readImageHeader, writePng } from '../images/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import { segmentationLoss } from './dice-loss.js';
import { labelMap } from './label-map.js';
import {
  fileSize,
  inputOf,
  type MaskedPicture,
  readMaskedPicture,
  targetOf,
  viewOf,
} from './masked-pictures.js';
import { probabilitiesOf } from './predict-volume.js';
import { segmentationFigures } from './segmentation-figures.js';
import { SegmentationNetwork2D } from './segmentation-network-2d.js';
import { agreement, type Structure, structuresIn } from './structures.js';
import type { Assessment, Draw, Task, TaskNetwork, TaskRequest } from './task.js';

/** A predicted mask on the grid of the file. */
interface PictureAssessment extends Assessment {
  /** `[H, W]`. */
  readonly size: readonly number[];
  readonly predicted: Uint8Array;
}

/** Segmentation of pictures: whole ones in testing, stretched to the network's input; crops in training. */
export async function pictureSegmentation({
  settings,
  dataset,
  compute,
}: TaskRequest<SegmentationSettings>): Promise<Task<MaskedPicture>> {
  const structures = await structuresIn(dataset, settings.labelNames);
  const classes = structures.map(({ name }) => name);
  const unit = await unitOf(dataset);
  const { views } = settings;
  const size = [...views.size].reverse();
  const { device } = compute;
  const seen = (net: TaskNetwork, items: readonly MaskedPicture[], draw: Draw | null) => {
    const geometries = items.map((item) => viewOf(item, views, draw));
    const input = inputOf(items, geometries, size, device);
    const probabilities = probabilitiesOf(net, input, compute);
    const wanted = targetOf(items, geometries, size, { structures, device });
    return { probabilities, wanted };
  };
  return {
    metric: 'Dice',
    classes,
    ...(dataset.regions
      ? { regions: structures.map(({ name, values }) => ({ name, values })) }
      : {}),
    columns: [...classes.map((name) => `dice_${name}`), ...classes.map((name) => `hd95_${name}`)],
    read: (item, index) => readMaskedPicture(item, index, views),
    bytes: ({ pixels, mask, fileMask }) => pixels.length + mask.length + fileMask.length,
    network: ({ random }) => new SegmentationNetwork2D(settings.network, classes.length, random),
    loss: (net, items, draw) =>
      scope(() => {
        const { probabilities, wanted } = seen(net, items, draw);
        return segmentationLoss(probabilities, wanted, settings);
      }),
    assess: (net, items) =>
      noGrad(() =>
        scope(() => {
          const { probabilities, wanted } = seen(net, items, null);
          return items.map((item, n) => {
            const found = probabilities.narrow(0, n, 1);
            const loss = segmentationLoss(found, wanted.narrow(0, n, 1), settings).item();
            return assessed(item, labelsOf(found, structures, fileSize(item.place)), {
              structures,
              loss,
            });
          });
        }),
      ),
    figures: (scored) =>
      segmentationFigures(
        scored.map(({ row }) => row),
        classes.length,
        unit,
      ),
    save: async (assessment, path) => {
      const {
        size: [height = 0, width = 0],
        predicted,
      } = assessment as PictureAssessment;
      await writePng(`${path}.png`, { width, height, pixels: predicted });
    },
  };
}

/** The label of each pixel of a grid `[H, W]`, from probabilities `[1, K, h, w]`. */
export function labelsOf(
  probabilities: Tensor,
  structures: readonly Structure[],
  size: readonly number[],
): Uint8Array {
  return scope(() => labelMap(probabilities.unsqueeze(2), structures, [1, ...size]));
}

function assessed(
  { item, place, fileMask }: MaskedPicture,
  predicted: Uint8Array,
  { structures, loss }: { readonly structures: readonly Structure[]; readonly loss: number },
): PictureAssessment {
  const size = fileSize(place);
  const grid = { size, spacing: [...place.spacing].reverse() };
  const row = agreement(predicted, fileMask, grid, structures);
  return { item, loss, row, size, predicted };
}

/** Millimetres where the files of pictures say how large a pixel is. */
async function unitOf({ cases }: Dataset): Promise<'mm' | 'pixels'> {
  const first = cases[0] && (await readImageHeader(cases[0].image));
  return first?.spacing.every((side) => side === 1) ? 'pixels' : 'mm';
}
