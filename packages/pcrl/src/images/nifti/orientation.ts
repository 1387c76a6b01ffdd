import type { Affine } from '../geometry.js';
import type { Fields } from './header.js';

/** sform before qform before none, as nibabel chooses. */
export function fileAffine(fields: Fields, size: readonly number[]): Affine {
  const { layout } = fields;
  if (fields.code(layout.sformCode) > 0) {
    return Array.from({ length: 12 }, (_, index) => fields.real(layout.sform, index));
  }
  return fields.code(layout.qformCode) > 0 ? qformAffine(fields) : plainAffine(fields, size);
}

/** Method 2 of nifti1.h: rotation by the unit quaternion (a, b, c, d), qfac in pixdim[0]. */
function qformAffine(fields: Fields): Affine {
  const { quaternion, pixdim } = fields.layout;
  const part = (index: number) => fields.real(quaternion, index);
  const length = Math.hypot(part(0), part(1), part(2));
  // Rounding can push b, c, d past length 1; then a is 0 and the rest is normalised.
  const norm = Math.max(length, 1);
  const [b, c, d] = [part(0) / norm, part(1) / norm, part(2) / norm];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const qfac = fields.real(pixdim) < 0 ? -1 : 1;
  const [x, y, z] = [fields.pixdim(1), fields.pixdim(2), fields.pixdim(3) * qfac];
  return [
    ...[(a * a + b * b - c * c - d * d) * x, 2 * (b * c - a * d) * y, 2 * (b * d + a * c) * z],
    part(3),
    ...[2 * (b * c + a * d) * x, (a * a + c * c - b * b - d * d) * y, 2 * (c * d - a * b) * z],
    part(4),
    ...[2 * (b * d - a * c) * x, 2 * (c * d + a * b) * y, (a * a + d * d - b * b - c * c) * z],
    part(5),
  ];
}

/** No orientation in the file: x towards the left as in Analyze 7.5, centred (as nibabel does). */
function plainAffine(fields: Fields, size: readonly number[]): Affine {
  const steps = [-fields.pixdim(1), fields.pixdim(2), fields.pixdim(3)];
  return steps.flatMap((step, row) => [
    ...[0, 1, 2].map((axis) => (axis === row ? step : 0)),
    (-step * (size[row]! - 1)) / 2,
  ]);
}
