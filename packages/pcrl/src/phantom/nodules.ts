import type { RandomStream } from '@pcrl/torch';
import type { Canvas } from './canvas.js';
import { along, ellipsoid, type Point, type Shape } from './geometry.js';
import { phantomLabels } from './labels.js';
import type { Texture } from './texture.js';
import type { Torso } from './torso.js';
import type { VesselPoint } from './vessels.js';

/** A nodule that was painted into a lung. */
export interface Nodule {
  /** Voxel coordinates of its centre, x, y, z; not rounded. */
  readonly centre: Point;
  /** Mean radius in millimetres. */
  readonly radius: number;
  /** Solid, or as faint as ground glass. */
  readonly kind: 'solid' | 'ground glass';
  readonly onVessel: boolean;
}

/** Paints up to four nodules, about half of them on a vessel. */
export function paintNodules(
  canvas: Canvas,
  torso: Torso,
  vessels: readonly VesselPoint[],
  texture: Texture,
  random: RandomStream,
): Nodule[] {
  const nodules: Nodule[] = [];
  const wanted = random.integer(5);
  for (let n = 0; n < wanted; n++) {
    const radius = 3 + 8 * random.uniform() ** 2;
    const onVessel = random.chance(0.5);
    const place = findPlace(torso, vessels, radius, onVessel, random);
    if (place === undefined) continue;
    const solid = random.chance(0.7);
    const value = solid ? random.uniform(-60, 60) : random.uniform(-640, -430);
    const body = noduleShape(place, radius, texture, random);
    canvas.paint(body, { tissue: value, label: phantomLabels.lungs });
    nodules.push(describe(canvas, place, radius, solid, onVessel));
  }
  return nodules;
}

function findPlace(
  torso: Torso,
  vessels: readonly VesselPoint[],
  radius: number,
  onVessel: boolean,
  random: RandomStream,
): Point | undefined {
  for (let attempt = 0; attempt < 60; attempt++) {
    const side = random.chance(0.5) ? 1 : -1;
    const anywhere: Point = [
      side * random.uniform(25, 125),
      random.uniform(-75, 75),
      random.uniform(-90, 115),
    ];
    const vessel = vessels.length > 0 && onVessel ? random.choose(vessels).point : anywhere;
    const place = onVessel ? along(vessel, [0, 0, 1], 0.7 * radius) : anywhere;
    if (torso.lungs.distance(...place) < -radius - 2) return place;
  }
  return undefined;
}

function noduleShape(centre: Point, radius: number, texture: Texture, random: RandomStream): Shape {
  const stretch = () => radius * random.uniform(0.85, 1.15);
  const body = ellipsoid(centre, [stretch(), stretch(), stretch()], random.uniform(0, Math.PI));
  const margin = 0.3 * radius;
  return {
    box: {
      min: along(body.box.min, [margin, margin, margin], -1),
      max: along(body.box.max, [margin, margin, margin]),
    },
    distance: (x, y, z) => body.distance(x, y, z) + 0.22 * radius * texture(6 * x, 6 * y, 6 * z),
  };
}

function describe(
  canvas: Canvas,
  place: Point,
  radius: number,
  solid: boolean,
  onVessel: boolean,
): Nodule {
  const meanSpacing = Math.cbrt(canvas.spacing[0] * canvas.spacing[1] * canvas.spacing[2]);
  return {
    centre: canvas.voxel(place),
    radius: (radius * meanSpacing) / canvas.voxelSize,
    kind: solid ? 'solid' : 'ground glass',
    onVessel,
  };
}
