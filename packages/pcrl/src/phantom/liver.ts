import type { RandomStream } from '@pcrl/torch';
import type { Anatomy } from './anatomy.js';
import type { Canvas } from './canvas.js';
import { along, capsule, normalised, type Point, type Shape } from './geometry.js';
import { lump } from './lump.js';
import { liverShape } from './organs.js';
import type { Texture } from './texture.js';
import type { Torso } from './torso.js';

/** The mask's value of a tumour in the liver. */
export const tumourLabel = 6;

const TUMOUR_SHAPE = { stretch: [0.8, 1.15], bumps: 0.2, detail: 3 } as const;

/** Paints portal and hepatic veins into the liver: brighter than it with contrast, darker without. */
export function paintLiverVessels(
  canvas: Canvas,
  torso: Torso,
  anatomy: Anatomy,
  texture: Texture,
  random: RandomStream,
): void {
  const liver = liverShape(torso, anatomy, texture);
  const value = anatomy.tissue.liver + (anatomy.contrast > 0 ? 45 * anatomy.contrast : -12);
  const grow = (start: Point, direction: Point, radius: number): void => {
    if (radius < 1.2) return;
    const end = along(start, direction, 9 + 4 * radius);
    if (liver.distance(...end) > -radius - 3) return;
    canvas.paintTubes([capsule(start, end, radius, 0.9 * radius)], { tissue: value });
    for (const share of [0.6, 0.4]) {
      const wander: Point = [random.normal(), random.normal(), random.normal()];
      grow(end, normalised(along(direction, wander, 0.35)), 0.95 * radius * Math.cbrt(share));
    }
  };
  const hilum: Point = [38, 8, -122];
  const confluence: Point = [22, -18, -72];
  for (const direction of [
    [1, 0.1, 0.1],
    [0.7, 0.6, -0.2],
    [0.6, -0.5, -0.4],
    [0.7, -0.2, 0.6],
    [-0.8, 0.5, 0.2],
  ] as const) {
    grow(hilum, normalised(direction), random.uniform(4, 6));
  }
  for (const direction of [
    [0.9, -0.1, -0.5],
    [0.5, 0.7, -0.5],
    [-0.4, 0.8, -0.4],
  ] as const) {
    grow(confluence, normalised(direction), random.uniform(4, 5.5));
  }
}

/**
 * Paints up to six tumours into the liver: darker than it by 25 to 65 HU, with a soft edge; the large
 * ones with a darker, uneven core. One patient in eight has none.
 *
 * @returns how many
 */
export function paintTumours(
  canvas: Canvas,
  torso: Torso,
  anatomy: Anatomy,
  texture: Texture,
  random: RandomStream,
): number {
  const liver = liverShape(torso, anatomy, texture);
  const wanted = random.chance(0.125) ? 0 : 1 + random.integer(6);
  let painted = 0;
  for (let n = 0; n < wanted; n++) {
    const radius = 6 + 24 * random.uniform() ** 1.6;
    const place = placeInside(liver, radius, random);
    if (place === undefined) continue;
    const depth = random.uniform(25, 65);
    const body = lump(place, radius, TUMOUR_SHAPE, texture, random);
    const value = anatomy.tissue.liver - depth;
    canvas.paint(body, {
      tissue: (x, y, z, d) =>
        value - 0.3 * depth * Math.min(1, -d / 12) + 8 * texture(3 * x, 3 * y, 3 * z),
      label: tumourLabel,
    });
    painted++;
  }
  return painted;
}

function placeInside(liver: Shape, radius: number, random: RandomStream): Point | undefined {
  const { min, max } = liver.box;
  const coordinate = (axis: 0 | 1 | 2) => random.uniform(min[axis], max[axis]);
  for (let attempt = 0; attempt < 200; attempt++) {
    const place: Point = [coordinate(0), coordinate(1), coordinate(2)];
    if (liver.distance(...place) < -0.75 * radius - 4) return place;
  }
  return undefined;
}
