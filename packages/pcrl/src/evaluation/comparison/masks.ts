import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLabels } from '../../datasets/index.js';
import { readImage } from '../../images/index.js';
import {
  composeGrid,
  ctWindows,
  encodePng,
  fullestSlice,
  type GridCell,
  greyRaster,
  imagePlane,
  type LabelPlane,
  labelColour,
  overlayLabels,
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
import { figure, type Html } from '../report/index.js';
import type { ComparableRuns } from './finetuned-run.js';
import type { Group } from './groups.js';

const CELL_WIDTH = 220;

/** A mask as it is cut. */
interface Mask {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly voxels: Uint8Array;
}

/**
 * Slices of three test cases - the worst, the middle and the best of the first group - with the true mask
 * and what each group's first seed predicted.
 */
export async function maskPictures(
  groups: readonly Group[],
  { runs, test }: ComparableRuns,
): Promise<Html> {
  const { classes, regions } = runs[0]!.result;
  const structures = structuresOf(regions ?? regionsOfLabels(classes));
  const chosen = worstMiddleBest(groups[0]!, classes.length);
  const rows: GridCell[][] = [];
  for (const at of chosen) {
    const image = test.images[at]!;
    const truth = await readMaskFile(test.masks[at] ?? '');
    const masks = [truth];
    for (const group of groups) masks.push(await readMaskFile(predictionPath(group, at, image)));
    const dices = groups.map(({ seeds }) => meanDice(seeds[0]!.rows[at]!, classes.length));
    rows.push(await caseCells(image, masks, dices));
  }
  const png = await encodePng(
    composeGrid({
      rows,
      columnTitles: ['image', 'truth', ...groups.map(({ source }) => source)],
      rowTitles: chosen.map((at, i) => `${['worst', 'middle', 'best'][i]}: ${test.names[at]}`),
    }),
  );
  return figure({
    png,
    alt: 'Slices of three test cases with true and predicted masks.',
    caption:
      `${runs[0]!.result.dimensions === 2 ? 'Pictures' : 'Axial slices with the most of the structure'}, ` +
      `with ${groups[0]!.labelled} labelled cases; first seed. ` +
      'Worst, middle and best are those of the first column of predictions.',
    key: structures.map(({ label, name }) => ({
      colour: labelColour(label),
      meaning: regions ? name : `label ${name}`,
    })),
  });
}

/** Predicted masks are numbered in the order of the seed's own predictions. */
function predictionPath({ seeds }: Group, at: number, image: string): string {
  const { folder, places } = seeds[0]!;
  const path = predictedPath(join(folder, 'predictions'), image, places[at]!);
  return existsSync(`${path}.png`) ? `${path}.png` : `${path}.nii.gz`;
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

function worstMiddleBest({ seeds }: Group, classes: number): readonly number[] {
  const rows = seeds[0]!.rows;
  const order = rows.map((_, at) => at);
  order.sort((a, b) => meanDice(rows[a]!, classes) - meanDice(rows[b]!, classes));
  return [...new Set([order[0]!, order[order.length >> 1]!, order[order.length - 1]!])];
}

/** A row starts with the Dice of each class. */
function meanDice(row: readonly number[], classes: number): number {
  return row.slice(0, classes).reduce((sum, value) => sum + value, 0) / classes;
}

/** The image alone, then under each mask; predictions come with their Dice. */
async function caseCells(
  path: string,
  masks: readonly Mask[],
  dices: readonly number[],
): Promise<GridCell[]> {
  const image = await readImage(path);
  const isPicture = image.size.length === 2;
  const index = isPicture ? 0 : fullestSlice(masks[0]!);
  const plane = isPicture ? imagePlane(image) : slicePlane(image, 'axial', index);
  const { width, height } = trueSize(plane, CELL_WIDTH);
  const large = resizePlane(plane, width, height);
  const raster = greyRaster(large, image.unit === 'HU' ? ctWindows.softTissue : wholeWindow(plane));
  const covered = masks.map((mask, at): GridCell => {
    const labels = resizeLabels(labelsAt(mask, index), width, height);
    const value = dices[at - 1];
    const caption = value === undefined ? {} : { caption: `Dice ${(value * 100).toFixed(1)}` };
    return { raster: overlayLabels(raster, labels), ...caption };
  });
  return [{ raster }, ...covered];
}

function wholeWindow(plane: Plane) {
  return windowOf(plane.values);
}
