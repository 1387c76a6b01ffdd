import type { Affine } from '../geometry.js';
import type { NrrdFields, Vector } from './fields.js';
import type { SpatialAxis } from './header.js';

/** Signs that turn each space into RAS+. Spaces that do not name the patient count as LPS, as in ITK. */
const SPACES: Readonly<Record<string, Vector>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
};
const LPS: Vector = [-1, -1, 1];

const MILLIMETRES: Readonly<Record<string, number>> = {
  m: 1000,
  cm: 10,
  mm: 1,
  um: 0.001,
  µm: 0.001,
  μm: 0.001,
  nm: 1e-6,
};

/** From "space directions" and "space origin", or from "spacings" alone; RAS+ millimetres. */
export function fileAffine(fields: NrrdFields, axes: readonly SpatialAxis[]): Affine {
  const space = (fields.get('space') ?? '').toLowerCase().replace(/-time$|t$/, '');
  const signs = SPACES[space] ?? LPS;
  const directions = withThree(
    fields.get('space directions') ? directed(fields, axes) : spaced(fields, axes),
  );
  const scale = unitScale(fields);
  const origin = fields.vectors('space origin')?.[0] ?? [0, 0, 0];
  return [0, 1, 2].flatMap((row) => {
    const factor = signs[row]! * scale(row);
    return [
      ...directions.map((direction) => factor * (direction[row] ?? 0)),
      factor * (origin[row] ?? 0),
    ];
  });
}

function directed(fields: NrrdFields, axes: readonly SpatialAxis[]): Vector[] {
  const all = fields.vectors('space directions')!;
  return axes.map(({ index }) => {
    const direction = all[index];
    if (direction) return direction;
    throw fields.wrong('space directions', 'one vector or "none" for each axis is needed');
  });
}

function spaced(fields: NrrdFields, axes: readonly SpatialAxis[]): Vector[] {
  const spacings = fields.numbers('spacings') ?? [];
  return axes.map(({ index }, row) => {
    const spacing = spacings[index] ?? 1;
    return [0, 1, 2].map((column) => (column === row ? (Number.isNaN(spacing) ? 1 : spacing) : 0));
  });
}

/** A flat image gets the directions that it lacks: the normal of its plane, of 1 mm. */
function withThree(directions: readonly Vector[]): Vector[] {
  const [first, second, third] = directions;
  if (third) return [...directions];
  if (second && (second.length < 3 || first!.length < 3)) return [first!, second, [0, 0, 1]];
  if (!second) return [first!, [0, 1, 0], [0, 0, 1]];
  const normal = [0, 1, 2].map((row) => {
    const [next, last] = [(row + 1) % 3, (row + 2) % 3];
    return first![next]! * second[last]! - first![last]! * second[next]!;
  });
  const length = Math.hypot(...normal);
  return [first!, second, normal.map((value) => value / length)];
}

/** "space units" count along the space's axes; units that are not lengths count as millimetres. */
function unitScale(fields: NrrdFields): (row: number) => number {
  const units = fields.words('space units') ?? [];
  return (row) => MILLIMETRES[units[row] ?? 'mm'] ?? 1;
}
