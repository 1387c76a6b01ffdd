import type { RandomStream } from '@pcrl/torch';
import type { Anatomy } from './anatomy.js';
import type { Canvas, TubePainter } from './canvas.js';
import { along, capsule, curve, normalised, type Point } from './geometry.js';
import type { Torso } from './torso.js';

/** Paints the great vessels: aorta with its arch, pulmonary trunk, superior vena cava. */
export function paintGreatVessels(canvas: Canvas, torso: Torso, anatomy: Anatomy): void {
  const { blood } = anatomy.tissue;
  const { x, z } = anatomy.heart;
  const r = anatomy.aorta;
  const spine = torso.spineAt(-40);
  const down = (height: number): Point => [spine.x - 24, torso.spineAt(height).y + 14, height];
  const aorta = curve(
    [
      [x + 16, 18, z + 20],
      [x + 26, 24, z + 55],
      [x + 18, 16, z + 82],
      [x - 6, -12, z + 90],
      [spine.x - 22, -40, z + 72],
      down(10),
      down(-60),
      down(-200),
    ],
    6,
  );
  paintPath(canvas, aorta, r, r * 0.85, blood);
  const trunk = curve(
    [
      [x + 2, 34, z + 24],
      [x + 2, 22, z + 48],
      [x - 14, 2, z + 54],
      [-44, -14, 30],
    ],
    5,
  );
  paintPath(canvas, trunk, 12, 9, blood);
  const right: Point[] = [
    [x, 20, z + 50],
    [20, -6, z + 48],
    [46, -14, 20],
  ];
  paintPath(canvas, curve(right, 5), 10, 8, blood);
  paintPath(
    canvas,
    [
      [30, 14, z + 20],
      [30, 18, 110],
    ],
    9,
    8,
    blood,
  );
}

/** Paints windpipe and main bronchi: air in a thin wall. */
export function paintAirways(canvas: Canvas, { tissue }: Anatomy): void {
  const carina: Point = [2, -24, 44];
  const paths: Point[][] = [
    [carina, [2, -18, 90], [2, -10, 200]],
    [carina, [26, -22, 26], [46, -20, 10], [56, -24, -10]],
    [carina, [-28, -22, 24], [-52, -22, 6], [-60, -28, -14]],
  ];
  for (const [extra, value] of [
    [1.8, tissue.muscle - 20],
    [0, -985],
  ] as const) {
    paths.forEach((path, i) => {
      const [from, to] = i === 0 ? [8, 8.5] : [7, 3.5];
      paintPath(canvas, curve(path, 4), from + extra, to + extra, value);
    });
  }
}

/** A place on a lung vessel, where a nodule may hang. */
export interface VesselPoint {
  readonly point: Point;
  readonly radius: number;
}

/** Where the vessels run from the root of a lung: outwards, forwards, upwards. */
const lobes: readonly Point[] = [
  [0.5, 0.1, -0.9],
  [0.6, -0.6, -0.6],
  [0.8, 0.5, -0.4],
  [0.9, 0, 0],
  [0.7, -0.7, 0.1],
  [0.6, 0.6, 0.4],
  [0.3, 0, 0.9],
  [0.7, -0.4, 0.6],
];

const thinnestVessel = 0.55;

/** Paints branching vessels into both lungs; returns points along the small ones. */
export function paintLungVessels(
  canvas: TubePainter,
  torso: Torso,
  anatomy: Anatomy,
  random: RandomStream,
): VesselPoint[] {
  const points: VesselPoint[] = [];
  const value = anatomy.tissue.blood - 5;
  for (const side of [-1, 1]) {
    const hilum: Point = [side * 45, -13, side < 0 ? 24 : 18];
    for (const [x, y, z] of lobes) {
      const direction = turned(random, normalised([side * x, y, z]), 0.15);
      const tree: Tree = { canvas, torso, random, points, value, root: hilum };
      grow(tree, hilum, direction, random.uniform(3.6, 5.2));
    }
  }
  return points;
}

interface Tree {
  readonly canvas: TubePainter;
  readonly torso: Torso;
  readonly random: RandomStream;
  readonly points: VesselPoint[];
  readonly value: number;
  readonly root: Point;
}

function grow(tree: Tree, start: Point, direction: Point, radius: number): void {
  if (radius < thinnestVessel) return;
  const { canvas, random } = tree;
  const length = (6 + 3.6 * radius) * random.uniform(0.75, 1.3);
  const end = nextPoint(tree, start, direction, radius, length);
  if (end === undefined) return;
  // Vessels run from the root of the lung to its surface.
  const outward = normalised(along(end, tree.root, -1));
  const heading = normalised(along(normalised(along(end, start, -1)), outward, 0.8));
  const tip = radius * 0.95;
  canvas.paintTubes([capsule(start, end, radius, tip)], { tissue: tree.value });
  if (radius < 2.2) tree.points.push({ point: end, radius: tip });
  const share = random.uniform(0.25, 0.75);
  // Murray's law: the cubes of the branches' radii add up to the parent's.
  const spread = radius > 2 ? 0.55 : 0.4;
  grow(tree, end, turned(random, heading, spread), tip * Math.cbrt(share));
  grow(tree, end, turned(random, heading, spread), tip * Math.cbrt(1 - share));
}

/** Where a branch ends: inside the lung, after a few tries; thick roots may cross the mediastinum. */
function nextPoint(
  { torso, random }: Tree,
  start: Point,
  direction: Point,
  radius: number,
  length: number,
): Point | undefined {
  for (let attempt = 0; attempt < 5; attempt++) {
    const end = along(start, turned(random, direction, 0.1 + 0.2 * attempt), length);
    if (radius > 3.2 || torso.lungs.distance(...end) < -radius - 1.5) return end;
  }
  return undefined;
}

function turned(random: RandomStream, direction: Point, amount: number): Point {
  const offset: Point = [random.normal(), random.normal(), random.normal()];
  return normalised(along(direction, offset, amount));
}

function paintPath(
  canvas: Canvas,
  points: readonly Point[],
  from: number,
  to: number,
  value: number,
): void {
  const pieces = points.length - 1;
  const radius = (i: number) => from + ((to - from) * i) / pieces;
  for (let i = 0; i < pieces; i++) {
    const piece = capsule(points[i]!, points[i + 1]!, radius(i), radius(i + 1));
    canvas.paintTubes([piece], { tissue: value });
  }
}
