import { noGrad, scope, type Tensor } from '@pcrl/torch';
import { openDataset } from '../datasets/index.js';
import { RunError } from '../errors.js';
import { NsUNet } from '../networks/index.js';
import {
  type GridCell,
  greyRaster,
  imagePlane,
  type PictureGrid,
  type Plane,
  resizePlane,
  slicePlane,
  trueSize,
  type Window,
  windowOf,
} from '../pictures/index.js';
import type { PretrainSettings } from '../settings/index.js';
import { openPretrainedRun } from '../training/open-run.js';
import { SamplePreparer } from '../training/sample-preparer.js';
import {
  IMAGENET_DEVIATION,
  IMAGENET_MEAN,
  type PreparedSample,
  renderViews,
} from '../views/index.js';

const CELL_WIDTH = 176;
/** BatchNorm takes the statistics of the batch, as in training: more images steady them. */
const BATCH = 8;

/**
 * Shows what a pre-trained network restores: a row for each image with the clean view, the corrupted one
 * that the network sees, and the restoration at every scale from coarse to fine.
 *
 * @param run the folder of a finished pre-training run; its data must still be there
 * @param rows how many images
 * @throws {RunError} the run has not ended, or its method restores nothing
 */
export async function restorationPicture(run: string, rows = 3): Promise<PictureGrid> {
  const { settings, method } = openPretrainedRun(run);
  using network = method.network;
  if (!(network instanceof NsUNet)) {
    throw new RunError(`${run}: ${settings.method} restores no images`, 'Ask for it of PCRLv2.');
  }
  const samples = await firstSamples(settings);
  network.train();
  const pictures = noGrad(() => scope(() => restore(network, samples, settings)));
  const titles = ['clean view', 'network input', ...scaleTitles(network, settings)];
  return { columnTitles: titles, rows: pictures.slice(0, rows) };
}

/** Samples of different images, drawn as in the run's first epoch. */
async function firstSamples(settings: PretrainSettings): Promise<readonly PreparedSample[]> {
  const { cases } = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    ...settings.dataset,
  });
  const images = cases.map(({ image }) => image);
  const list = { images, samplesPerImage: 1, views: settings.views, seed: settings.seed };
  const preparer = new SamplePreparer(list, 0);
  const samples: PreparedSample[] = [];
  for (let sample = 0; sample < images.length && samples.length < BATCH; sample += 1) {
    const outcome = await preparer.prepare({ sample, epoch: 0 });
    if ('prepared' in outcome) samples.push(outcome.prepared);
  }
  return samples;
}

function scaleTitles(network: NsUNet, { loss }: PretrainSettings): readonly string[] {
  const scales = network.levels.map((_, level) => {
    const factor = 2 ** (network.levels.length - 1 - level);
    return factor === 1 ? 'full scale' : `scale 1/${factor}`;
  });
  const hasOwnHead = loss.fullResolutionTerm && loss.fullResolutionHead === 'separate';
  return hasOwnHead ? [...scales, 'final output'] : scales;
}

function restore(
  network: NsUNet,
  samples: readonly PreparedSample[],
  settings: PretrainSettings,
): readonly (readonly GridCell[])[] {
  const { globals, targets } = renderViews(samples, settings.views);
  const maps = network.decode(globals[0]);
  const restored = maps.map((map, level) => network.restoreFullSize(level, map));
  const finest = maps[maps.length - 1];
  const hasOwnHead =
    settings.loss.fullResolutionTerm && settings.loss.fullResolutionHead === 'separate';
  if (hasOwnHead && finest) restored.push(network.restoreFinest(finest));
  return samples.map((_, n) => {
    const clean = planeOf(targets[0], n, settings);
    const window = windowOf(clean.values);
    const seen = planeOf(globals[0], n, settings);
    // A z-normalised input is on a scale of its own.
    const seenWindow = settings.dimensions === 3 ? windowOf(seen.values) : window;
    return [
      cell(clean, window),
      cell(seen, seenWindow),
      ...restored.map((view) => cell(planeOf(view, n, settings), window)),
    ];
  });
}

/** One image of a batch as a plane: its middle slice where it is a volume. */
function planeOf(batch: Tensor, index: number, settings: PretrainSettings): Plane {
  return scope(() => {
    const first = batch.select(0, index).select(0, 0);
    if (settings.dimensions === 2) {
      const grey = first.mul(IMAGENET_DEVIATION[0] ?? 1).add(IMAGENET_MEAN[0] ?? 0);
      const size = [...first.shape].reverse();
      return imagePlane({ size, spacing: [1, 1], voxels: grey.toArray() });
    }
    const volume = { size: first.shape, spacing: [1, 1, 1], voxels: first.toArray() };
    return slicePlane(volume, 'axial');
  });
}

function cell(plane: Plane, window: Window): GridCell {
  const { width, height } = trueSize(plane, CELL_WIDTH);
  return { raster: greyRaster(resizePlane(plane, width, height), window) };
}
