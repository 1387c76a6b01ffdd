import type { Anatomy } from '../anatomy.js';
import type { Canvas, TubePainter } from '../canvas.js';
import { capsule, curve, type Point } from '../geometry.js';
import { boneTissue } from '../skeleton.js';

/** Paints neck, shoulders and arms that hang down: soft tissue alone. */
export function paintShoulders(canvas: Canvas, { cavity, fat, tissue }: Anatomy): void {
  const wide = cavity.width + 26;
  const thick = 30 + 0.5 * fat;
  for (const side of [-1, 1]) {
    const parts = [
      capsule([side * 40, -18, 128], [side * wide, -14, 96], 34 + 0.4 * fat, thick + 6),
      capsule([side * wide, -14, 96], [side * (wide + 30), -8, -150], thick + 4, thick),
    ];
    for (const part of parts) {
      canvas.paint(part, {
        tissue: (_x, _y, _z, d) => (d > -0.7 * fat ? tissue.fat : tissue.muscle),
      });
    }
  }
}

/** Paints collar bones, and upper arm bones. */
export function paintShoulderBones(painter: TubePainter, anatomy: Anatomy): void {
  const { cavity } = anatomy;
  const bone = boneTissue(anatomy);
  const wide = cavity.width + 26;
  for (const side of [-1, 1]) {
    const collar: Point[] = [
      [side * 20, cavity.depth - 8, 104],
      [side * 60, cavity.depth - 16, 116],
      [side * 105, 30, 128],
      [side * (wide - 8), 4, 126],
    ];
    const arm: Point[] = [
      [side * wide, -12, 100],
      [side * (wide + 8), -11, 60],
      [side * (wide + 28), -8, -150],
    ];
    painter.paintTubes(chain(collar, 6, 6.5), { tissue: bone });
    painter.paintTubes([capsule(arm[0]!, arm[1]!, 23, 13), capsule(arm[1]!, arm[2]!, 13, 11.5)], {
      tissue: bone,
    });
  }
}

function chain(knots: readonly Point[], from: number, to: number) {
  const points = curve(knots, 6);
  const radius = (i: number) => from + ((to - from) * i) / (points.length - 1);
  return points.slice(1).map((point, i) => capsule(points[i]!, point, radius(i), radius(i + 1)));
}
