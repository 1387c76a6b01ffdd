import type { RandomStream } from '@pcrl/torch';
import { capsule, curve, ellipsoid, type Point, type Shape, smoothStep } from '../geometry.js';
import { drawTexture, type Texture } from '../texture.js';

/** Shares of a voxel, together 1: what an MR contrast then gives a brightness. */
export interface BrainTissue {
  readonly white: number;
  readonly grey: number;
  readonly fluid: number;
}

/** A brain without its skull. Millimetres of the template: RAS+, the origin in its middle. */
export interface Brain {
  /** Negative inside, about millimetres near the surface. */
  readonly distance: (x: number, y: number, z: number) => number;
  readonly tissueAt: (x: number, y: number, z: number) => BrainTissue;
}

interface Build {
  readonly folds: Texture;
  readonly bend: Texture;
  /** Thickness of the cortex, width of a sulcus and of the ventricles, in millimetres. */
  readonly cortex: number;
  readonly sulcus: number;
  readonly ventricle: number;
}

/** Millimetres below the surface at which a sulcus ends. */
const SULCUS_DEPTH = 17;

const cerebrum = ellipsoid([0, 4, 8], [67, 85, 58]);
const temporalLobe = ellipsoid([43, 14, -24], [25, 40, 24]);
const cerebellum = ellipsoid([0, -50, -36], [50, 31, 27]);
const brainstem = capsule([0, -16, -14], [0, -34, -72], 14, 11);

const deepGrey = [
  ellipsoid([11, -8, 4], [8, 14, 9]),
  ellipsoid([25, 8, 2], [6, 16, 10]),
  ellipsoid([13, 22, 11], [5, 9, 8]),
];

/** Draws a brain: folds, ventricles and thickness of its cortex differ from head to head. */
export function drawBrain(random: RandomStream): Brain {
  const build: Build = {
    folds: drawFolds(random),
    bend: drawTexture(random),
    cortex: random.uniform(2.6, 3.6),
    sulcus: random.uniform(0.4, 1),
    ventricle: random.uniform(0.75, 1.35),
  };
  const ventricles = ventricleShapes(build.ventricle);
  return {
    distance: (x, y, z) => surface(Math.abs(x), y, z),
    tissueAt: (x, y, z) => tissueAt(build, ventricles, x, y, z),
  };
}

/** Half a brain: x is the distance from the midline. */
function surface(x: number, y: number, z: number): number {
  // The cerebrum is flat below; the temporal lobes hang down at its sides.
  const upper = Math.max(cerebrum.distance(x, y, z), -26 - z - 0.1 * y);
  return Math.min(
    upper,
    temporalLobe.distance(x, y, z),
    cerebellum.distance(x, y, z),
    brainstem.distance(x, y, z),
  );
}

/** Plane waves of 10 to 40 mm: where they pass through zero runs a sulcus. */
function drawFolds(random: RandomStream): Texture {
  const fine = drawTexture(random);
  const coarse = drawTexture(random);
  return (x, y, z) => fine(1.9 * x, 1.9 * y, 1.9 * z) + 0.5 * coarse(1.5 * x, 1.5 * y, 1.5 * z);
}

function ventricleShapes(width: number): Shape[] {
  const knots: Point[] = [
    [7, 30, 11],
    [8, 4, 19],
    [15, -26, 15],
    [26, -38, 2],
    [31, -16, -15],
  ];
  const points = curve(knots, 2);
  const radius = (i: number) => width * (6.2 - 0.45 * i);
  const lateral = points
    .slice(1)
    .map((point, i) => capsule(points[i]!, point, radius(i), radius(i + 1)));
  return [...lateral, ellipsoid([0, -4, -2], [2.4 * width, 15, 9])];
}

function tissueAt(
  build: Build,
  ventricles: readonly Shape[],
  x: number,
  y: number,
  z: number,
): BrainTissue {
  const { folds, bend, cortex, sulcus } = build;
  const shift = 2.5 * bend(x, y, z);
  const side = Math.abs(x + 0.5 * shift);
  const depth = -surface(Math.abs(x), y, z);
  const below = inside(cerebellum, side, y, z);
  // The cerebellum's leaves are finer than the folds of the cerebrum.
  const fold = below ? 0.55 * folds(2.1 * x, 2.1 * y, 2.4 * z) : folds(x, y, z);
  const floor = Math.max(0, depth - SULCUS_DEPTH);
  const toSulcus = 5 * Math.abs(fold) + 1.2 * floor;
  const fromFluid = Math.min(depth, toSulcus - sulcus, fissure(side, y, z) - sulcus);
  const stem = brainstem.distance(side, y, z) < 1;
  const cortical = stem ? 8 : fromFluid;

  const central = side < 42 && y > -52 && y < 46 && z > -26 && z < 32;
  const ventricle = central ? nearest(ventricles, side, y + shift, z + 0.5 * shift) : Infinity;
  const outer = 1 - smoothStep(-0.6, 0.9, Math.min(cortical, depth - 0.8));
  const fluid = Math.max(outer, 1 - smoothStep(-0.8, 0.8, ventricle));
  const nucleus = central ? nearest(deepGrey, side, y, z) : Infinity;
  const grey = Math.max(
    1 - smoothStep(cortex - 1, cortex + 1, cortical),
    0.85 * (1 - smoothStep(-1, 1.2, nucleus)),
  );
  return { fluid, grey: (1 - fluid) * grey, white: (1 - fluid) * (1 - grey) };
}

function inside(shape: Shape, x: number, y: number, z: number): boolean {
  return shape.distance(x, y, z) < 0;
}

function nearest(shapes: readonly Shape[], x: number, y: number, z: number): number {
  let distance = Infinity;
  for (const shape of shapes) distance = Math.min(distance, shape.distance(x, y, z));
  return distance;
}

/** Distance from the cleft between the hemispheres, which ends at the corpus callosum. */
function fissure(side: number, y: number, z: number): number {
  const callosum = 24 - z - Math.max(0, Math.abs(y + 2) - 34);
  return side + Math.max(0, callosum);
}
