import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLabels, readMask } from '../../datasets/index.js';
import { readImage, readImageHeader } from '../../images/index.js';
import {
  ctWindows,
  fullestSlice,
  type GridCell,
  greyRaster,
  imagePlane,
  type LabelPlane,
  labelColour,
  outcomeColours,
  overlayLabels,
  overlayOutcome,
  type Plane,
  resizeLabels,
  resizePlane,
  sliceLabels,
  slicePlane,
  trueSize,
  windowOf,
} from '../../pictures/index.js';
import { predictedPath } from '../../tasks/predictions.js';
import { regionsOfLabels, structuresOf } from '../../tasks/structures.js';
import type { Html, PictureShelf } from '../report/index.js';
import type { ComparableRuns } from './finetuned-run.js';
import type { Group } from './groups.js';
import type { Topic } from './picture-sections.js';

const CELL_WIDTH = 240;

/** A mask as it is cut. */
interface Mask {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly voxels: Uint8Array;
}

/**
 * Slices of three test cases: the image, the true mask, and for each group's first seed its mask and how
 * that differs from the truth. Of predictions the worst, the middle and the best are shown, of failures the worst.
 */
export async function maskPictures(
  groups: readonly Group[],
  { runs, test }: ComparableRuns,
  topic: Topic,
  pictures: PictureShelf,
): Promise<Html> {
  const { classes, regions } = runs[0]!.result;
  const structures = structuresOf(regions ?? regionsOfLabels(classes));
  const chooser = groups.at(-1)!;
  const chosen = chosenCases(chooser, classes.length, topic);
  const rows: GridCell[][] = [];
  for (const { at } of chosen) {
    const image = test.images[at]!;
    const truth = await readTruth(image, test.masks[at] ?? '');
    const predicted: PredictedMask[] = [];
    for (const group of groups) {
      const mask = await readMaskFile(predictionPath(group, at, image));
      predicted.push({ mask, dice: meanDice(group.seeds[0]!.rows[at]!, classes.length) });
    }
    rows.push(await caseCells(image, truth, predicted));
  }
  const { truePositive, falsePositive, falseNegative } = outcomeColours;
  return pictures.show({
    name: topic,
    // Each mask stays beside its differences.
    across: 4,
    grid: {
      rows,
      columnTitles: ['image', 'truth', ...groups.flatMap(({ source }) => [source, 'differences'])],
      rowTitles: chosen.map(({ at, word }) => `${word}: ${test.names[at]}`),
    },
    alt: 'A slice of a test case with masks over it',
    caption:
      `${runs[0]!.result.dimensions === 2 ? 'Pictures' : 'Axial slices with the most of the structure'}, ` +
      `with ${groups[0]!.labelled} labelled cases; first seed. ` +
      `Cases are chosen by the Dice of ${chooser.source}; Dice is of the whole image.`,
    keys: [
      {
        of: 'Masks',
        entries: structures.map(({ label, name }) => ({
          colour: labelColour(label),
          meaning: regions ? name : `label ${name}`,
        })),
      },
      {
        of: 'Differences',
        entries: [
          { colour: truePositive, meaning: 'right' },
          { colour: falsePositive, meaning: 'marked where nothing or something else is' },
          { colour: falseNegative, meaning: 'missed' },
        ],
      },
    ],
  });
}

/** A predicted mask with its mean Dice over the structures. */
interface PredictedMask {
  readonly mask: Mask;
  readonly dice: number;
}

/** Predicted masks are numbered in the order of the seed's own predictions. */
function predictionPath({ seeds }: Group, at: number, image: string): string {
  const { folder, places } = seeds[0]!;
  const path = predictedPath(join(folder, 'predictions'), image, places[at]!);
  return existsSync(`${path}.png`) ? `${path}.png` : `${path}.nii.gz`;
}

/** On the grid of its image, as the run had it. */
async function readTruth(image: string, mask: string): Promise<Mask> {
  const item = { image, mask, resamplesMask: true };
  const { size, spacing, voxels } = await readMask(item, await readImageHeader(image));
  return { size, spacing, voxels: Uint8Array.from(voxels) };
}

async function readMaskFile(path: string): Promise<Mask> {
  const { size, spacing, voxels } = await readLabels(path);
  return { size, spacing, voxels: Uint8Array.from(voxels) };
}

/** The mask of a picture, or the slice of a volume's. */
function labelsAt(mask: Mask, index: number): LabelPlane {
  if (mask.size.length === 3) return sliceLabels(mask, 'axial', index);
  const { width, height } = imagePlane(mask);
  return { width, height, labels: mask.voxels };
}

function chosenCases({ seeds }: Group, classes: number, topic: Topic) {
  const rows = seeds[0]!.rows;
  const order = rows.map((_, at) => at);
  order.sort((a, b) => meanDice(rows[a]!, classes) - meanDice(rows[b]!, classes));
  const wanted =
    topic === 'predictions'
      ? {
          worst: 0,
          ...(order.length > 2 ? { middle: order.length >> 1 } : {}),
          best: order.length - 1,
        }
      : { worst: 0, 'second worst': 1, 'third worst': 2 };
  const found = Object.entries(wanted).flatMap(([word, rank]) => {
    const at = order[rank];
    return at === undefined ? [] : [{ word, at }];
  });
  return found.filter(({ at }, index) => found.findIndex((other) => other.at === at) === index);
}

/** A row starts with the Dice of each class. */
function meanDice(row: readonly number[], classes: number): number {
  return row.slice(0, classes).reduce((sum, value) => sum + value, 0) / classes;
}

async function caseCells(
  path: string,
  truth: Mask,
  predicted: readonly PredictedMask[],
): Promise<GridCell[]> {
  const image = await readImage(path);
  const isPicture = image.size.length === 2;
  const index = isPicture ? 0 : fullestSlice(truth);
  const plane = isPicture ? imagePlane(image) : slicePlane(image, 'axial', index);
  const { width, height } = trueSize(plane, CELL_WIDTH);
  const large = resizePlane(plane, width, height);
  const raster = greyRaster(large, image.unit === 'HU' ? ctWindows.softTissue : wholeWindow(plane));
  const cut = (mask: Mask) => resizeLabels(labelsAt(mask, index), width, height);
  const wanted = cut(truth);
  const beside = predicted.flatMap(({ mask, dice }): GridCell[] => {
    const found = cut(mask);
    return [
      { raster: overlayLabels(raster, found), caption: `Dice ${(dice * 100).toFixed(1)}` },
      { raster: overlayOutcome(raster, found, wanted) },
    ];
  });
  return [{ raster }, { raster: overlayLabels(raster, wanted) }, ...beside];
}

function wholeWindow(plane: Plane) {
  return windowOf(plane.values);
}
