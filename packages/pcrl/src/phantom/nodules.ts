import type { RandomStream } from '@pcrl/torch';
import type { Canvas } from './canvas.js';
import { along, type Point } from './geometry.js';
import { phantomLabels } from './labels.js';
import { lump } from './lump.js';
import type { Texture } from './texture.js';
import type { Torso } from './torso.js';
import type { VesselPoint } from './vessels.js';

const NODULE_SHAPE = { stretch: [0.85, 1.15], bumps: 0.22, detail: 6 } as const;

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
    const body = lump(place, radius, NODULE_SHAPE, texture, random);
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
