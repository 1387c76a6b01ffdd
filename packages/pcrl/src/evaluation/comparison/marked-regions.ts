import type { Case } from '../../datasets/index.js';
import { EvaluationError } from '../../errors.js';
import { readImage, readImageHeader } from '../../images/index.js';
import { imagePlane, type LabelPlane, type Plane, resizeLabels } from '../../pictures/index.js';

/** What is known about a picture beside its labels, on the grid on which its attention lies. */
export interface MarkedRegions {
  /** The boxes of a finding, filled; undefined where it has none. */
  readonly ofFinding: LabelPlane | undefined;
  readonly lungs: LabelPlane | undefined;
}

/** Size of a picture's file in pixels. */
export type FileSize = readonly [number, number];

/** @throws {ImageError} the picture, or its mask, cannot be read */
export async function fileSizeOf({ image }: Case): Promise<FileSize> {
  const { size } = await readImageHeader(image);
  return [size[0]!, size[1]!];
}

/**
 * The regions that attention for a finding is held against.
 *
 * @throws {EvaluationError} the mask of the lungs is not of the picture's size
 */
export async function markedRegions(
  item: Case,
  finding: string,
  plane: Pick<Plane, 'width' | 'height'>,
): Promise<MarkedRegions> {
  const size = await fileSizeOf(item);
  const boxes = (item.boxes ?? []).filter((box) => box.finding === finding);
  return {
    ofFinding: boxes.length > 0 ? filled(boxes, size, plane) : undefined,
    lungs: item.lungMask === undefined ? undefined : await lungsOf(item.lungMask, size, plane),
  };
}

/**
 * The share of attention that lies outside a region; undefined where there is no attention at all.
 *
 * @param heat of the region's size, 0 and more
 */
export function shareOutside(heat: Plane, region: LabelPlane): number | undefined {
  let [inside, all] = [0, 0];
  heat.values.forEach((value, i) => {
    all += value;
    if (region.labels[i]! > 0) inside += value;
  });
  return all > 0 ? 1 - inside / all : undefined;
}

function filled(
  boxes: NonNullable<Case['boxes']>,
  [fileWidth, fileHeight]: FileSize,
  { width, height }: Pick<Plane, 'width' | 'height'>,
): LabelPlane {
  const labels = new Uint8Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    const x = (((i % width) + 0.5) * fileWidth) / width;
    const y = ((Math.floor(i / width) + 0.5) * fileHeight) / height;
    const isIn = boxes.some(
      (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height,
    );
    if (isIn) labels[i] = 1;
  }
  return { width, height, labels };
}

async function lungsOf(
  path: string,
  [fileWidth, fileHeight]: FileSize,
  { width, height }: Pick<Plane, 'width' | 'height'>,
): Promise<LabelPlane> {
  const mask = imagePlane(await readImage(path));
  if (mask.width !== fileWidth || mask.height !== fileHeight) {
    throw new EvaluationError(
      `${path}: a lung mask of ${mask.width} x ${mask.height} for a picture of ${fileWidth} x ${fileHeight}`,
      'Resample the mask (nearest neighbour) to the size of its picture.',
    );
  }
  const labels = Uint8Array.from(mask.values, (value) => (value > 0 ? 1 : 0));
  return resizeLabels({ width: mask.width, height: mask.height, labels }, width, height);
}
