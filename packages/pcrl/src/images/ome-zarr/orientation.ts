import { ImageError } from '../../errors.js';
import type { Affine } from '../geometry.js';
import type { FinestLevel, ZarrAxis } from './multiscales.js';

const MILLIMETRES: Readonly<Record<string, number>> = {
  meter: 1000,
  centimeter: 10,
  millimeter: 1,
  micrometer: 0.001,
  nanometer: 1e-6,
};

/** RFC-4's words for a direction, as the axis of the RAS+ world and the way along it. */
const DIRECTIONS: Readonly<Record<string, readonly [axis: number, sign: number]>> = {
  'left-to-right': [0, 1],
  'right-to-left': [0, -1],
  'posterior-to-anterior': [1, 1],
  'anterior-to-posterior': [1, -1],
  'inferior-to-superior': [2, 1],
  'superior-to-inferior': [2, -1],
};

/** Without a word on orientation, x, y and z run to the left, the back and the head, as in DICOM. */
const UNSAID = ['right-to-left', 'anterior-to-posterior', 'inferior-to-superior'] as const;

/** The axes that lie in space, fastest first. */
export function spatialAxes(path: string, level: FinestLevel, shape: readonly number[]): number[] {
  const all = level.axes.map((axis, index) => ({ axis, index }));
  const inSpace = all.filter(({ axis }) => isSpatial(axis));
  const others = all.filter(({ axis, index }) => !isSpatial(axis) && shape[index]! > 1);
  if (inSpace.length >= 2 && inSpace.length <= 3 && others.length === 0) {
    return inSpace.map(({ index }) => index).reverse();
  }
  const shown = level.axes.map(({ name }, index) => `${name} ${shape[index]}`).join(', ');
  throw new ImageError(
    path,
    `its axes are ${shown}; one volume with one channel is read`,
    'Write one volume per time point and channel.',
  );
}

function isSpatial({ name, type }: ZarrAxis): boolean {
  return type === undefined ? /^[xyz]$/.test(name) : type === 'space';
}

/** @param axes as {@link spatialAxes} gives them */
export function fileAffine(path: string, level: FinestLevel, axes: readonly number[]): Affine {
  const affine = new Array<number>(12).fill(0);
  const place = (position: number, index: number | undefined) => {
    const axis = index === undefined ? undefined : level.axes[index]!;
    const word = axis?.orientation?.value ?? UNSAID[position]!;
    const direction = DIRECTIONS[word];
    if (!direction) {
      throw new ImageError(
        path,
        `the orientation "${word}" of axis ${axis?.name} is not known`,
        '',
      );
    }
    const [row, sign] = direction;
    const unit = MILLIMETRES[axis?.unit ?? 'millimeter'] ?? 1;
    const factor = sign * unit;
    affine[row * 4 + position] = factor * (index === undefined ? 1 : level.scale[index]!);
    affine[row * 4 + 3]! += factor * (index === undefined ? 0 : level.translation[index]!);
  };
  for (const position of [0, 1, 2]) place(position, axes[position]);
  return affine;
}
