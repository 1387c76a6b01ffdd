import type { RandomStream } from '@pcrl/torch';
import type { Anatomy } from '../anatomy.js';
import type { Canvas } from '../canvas.js';
import {
  along,
  type Box,
  capsule,
  ellipsoid,
  type Point,
  type Shape,
  smoothMax,
  smoothStep,
  type Tube,
} from '../geometry.js';
import type { Texture } from '../texture.js';
import type { Torso } from '../torso.js';
import type { ChestFinding } from './findings.js';

/** What a finding is painted with. `side` is 1 for the patient's right, -1 for the left. */
export interface Chest {
  readonly canvas: Canvas;
  readonly torso: Torso;
  readonly anatomy: Anatomy;
  readonly texture: Texture;
  readonly random: RandomStream;
}

/** What a finding leaves besides its painting. */
export interface Trace {
  /** Where it lies, in the template. */
  readonly box?: Box;
  /** Fine lines, for the film's full resolution. */
  readonly lines?: readonly Tube[];
  /** Where no vessels run any more. */
  readonly bare?: (p: Point) => boolean;
}

/** Changes the organs themselves, before they are painted. */
export function changedAnatomy(
  anatomy: Anatomy,
  findings: readonly ChestFinding[],
  random: RandomStream,
): Anatomy {
  const { heart, dome, cavity, tissue } = anatomy;
  const has = (finding: ChestFinding) => findings.includes(finding);
  const swell = has('Cardiomegaly') ? random.uniform(1.2, 1.36) : 1;
  const flat = has('Emphysema') ? random.uniform(14, 26) : 0;
  const lift = { right: 0, left: 0 };
  if (has('Atelectasis')) lift[random.chance(0.5) ? 'right' : 'left'] = random.uniform(8, 22);
  return {
    ...anatomy,
    heart: {
      ...heart,
      size: swell * heart.size * (flat > 0 ? 0.9 : 1),
      x: heart.x - 12 * (swell - 1),
    },
    dome: { right: dome.right - flat + lift.right, left: dome.left - flat + lift.left },
    cavity: { ...cavity, depth: cavity.depth + 0.5 * flat },
    tissue: { ...tissue, lung: tissue.lung - 2.2 * flat + (has('Edema') ? 45 : 0) },
  };
}

/** Paints a finding into the lungs; those that changed the organs leave nothing more to paint. */
export function paintFinding(finding: ChestFinding, chest: Chest): Trace {
  return PAINTERS[finding](chest);
}

const PAINTERS: Readonly<Record<ChestFinding, (chest: Chest) => Trace>> = {
  Atelectasis: paintPlates,
  Cardiomegaly: ({ anatomy: { heart } }) => ({
    box: ellipsoid([heart.x, 20, heart.z], [56 * heart.size, 42 * heart.size, 46 * heart.size]).box,
  }),
  Consolidation: (chest) =>
    paintCloud(chest, { radius: [22, 42], density: [230, 480], inner: 0.3 }),
  Edema: paintEdema,
  Effusion: paintEffusion,
  Emphysema: () => ({}),
  Fibrosis: (chest) => ({ lines: strands(chest, 160) }),
  Hernia: paintHernia,
  Infiltration: paintInfiltration,
  Mass: (chest) => paintBall(chest, [15, 28]),
  Nodule: (chest) => paintBall(chest, [5, 12]),
  Pleural_Thickening: paintThickening,
  Pneumonia: (chest) => paintCloud(chest, { radius: [28, 46], density: [110, 240], inner: 0.8 }),
  Pneumothorax: paintPneumothorax,
};

function pickSide(random: RandomStream): 1 | -1 {
  return random.chance(0.5) ? 1 : -1;
}

/** A place in a lung, at least `depth` below its surface where that can be found. */
function placeInLung({ torso, random }: Chest, depth: number, low = -60, high = 105): Point {
  for (let attempt = 0; attempt < 80; attempt++) {
    const place: Point = [
      pickSide(random) * random.uniform(35, 118),
      random.uniform(-65, 60),
      random.uniform(low, high),
    ];
    if (torso.lungs.distance(...place) < -depth) return place;
  }
  return [pickSide(random) * 70, -10, 30];
}

/** A shape with an uneven edge, cut at the lung's surface. */
function lump(chest: Chest, body: Shape, size: number, roughness: number): Shape {
  const { torso, texture } = chest;
  const margin: Point = [0.4 * size, 0.4 * size, 0.4 * size];
  return {
    box: { min: along(body.box.min, margin, -1), max: along(body.box.max, margin) },
    distance: (x, y, z) =>
      smoothMax(
        body.distance(x, y, z) + roughness * size * texture(2.4 * x, 2.4 * y, 2.4 * z),
        torso.lungs.distance(x, y, z),
        3,
      ),
  };
}

function paintBall(chest: Chest, [low, high]: readonly [number, number]): Trace {
  const { canvas, random } = chest;
  const radius = random.uniform(low, high);
  const centre = placeInLung(chest, 0.8 * radius);
  const stretch = () => radius * random.uniform(0.85, 1.15);
  const body = ellipsoid(centre, [stretch(), stretch(), stretch()], random.uniform(0, Math.PI));
  canvas.paint(lump(chest, body, radius, 0.12), { tissue: random.uniform(-80, 50) });
  return { box: body.box };
}

interface Cloud {
  readonly radius: readonly [number, number];
  /** Hounsfield units that are added to the lung in its middle. */
  readonly density: readonly [number, number];
  /** Share of the radius over which it thickens from its edge. */
  readonly inner: number;
}

function paintCloud(chest: Chest, { radius: [low, high], density, inner }: Cloud): Trace {
  const { canvas, anatomy, random, texture } = chest;
  const radius = random.uniform(low, high);
  const centre = placeInLung(chest, 8, -50, 80);
  const body = ellipsoid(centre, [radius, 0.9 * radius, 0.75 * radius], random.uniform(0, 3));
  const added = random.uniform(...density);
  canvas.paint(lump(chest, body, radius, 0.25), {
    tissue: (x, y, z, d) => {
      const patches = 0.75 + 0.35 * texture(4 * x, 4 * y, 4 * z);
      return anatomy.tissue.lung + added * patches * smoothStep(0, inner * radius, -d);
    },
  });
  return { box: body.box };
}

function paintInfiltration(chest: Chest): Trace {
  const { random } = chest;
  const middle = placeInLung(chest, 10, -50, 70);
  for (let n = 0; n < 9; n++) {
    const jitter = () => random.uniform(-34, 34);
    const centre = along(middle, [jitter(), 0.6 * jitter(), jitter()]);
    const radius = random.uniform(8, 17);
    const body = ellipsoid(centre, [radius, radius, radius]);
    const added = random.uniform(70, 190);
    chest.canvas.paint(lump(chest, body, radius, 0.3), {
      tissue: (_x, _y, _z, d) =>
        chest.anatomy.tissue.lung + 60 + added * smoothStep(0, 0.8 * radius, -d),
    });
  }
  const reach: Point = [40, 26, 40];
  return {
    box: { min: along(middle, reach, -1), max: along(middle, reach) },
    lines: strands(chest, 25, middle),
  };
}

function paintEdema(chest: Chest): Trace {
  const { canvas, anatomy, random, texture } = chest;
  const added = random.uniform(70, 160);
  for (const side of [-1, 1]) {
    const body = ellipsoid([side * 52, -12, 12], [46, 48, 62]);
    canvas.paint(lump(chest, body, 40, 0.15), {
      tissue: (x, y, z, d) =>
        anatomy.tissue.lung +
        30 +
        added * (0.8 + 0.3 * texture(3 * x, 3 * y, 3 * z)) * smoothStep(0, 34, -d),
    });
  }
  return { lines: strands(chest, 60) };
}

/** Fluid at the base of a lung: level in the middle, rising at the wall. */
function paintEffusion(chest: Chest): Trace {
  const { canvas, torso, anatomy, random } = chest;
  const side = pickSide(random);
  const floor = (side > 0 ? anatomy.dome.right : anatomy.dome.left) - 44;
  const level = floor + 18 + 52 * random.uniform() ** 1.6;
  const meniscus = random.uniform(18, 40);
  const { width } = anatomy.cavity;
  const box: Box = {
    min: [side > 0 ? 15 : -140, -95, floor - 40],
    max: [side > 0 ? 140 : -15, 95, level + meniscus + 5],
  };
  canvas.paint(
    {
      box,
      distance: (x, y, z) => {
        const wall = smoothStep(0.55 * width, width, Math.abs(x)) + 0.4 * smoothStep(0, 80, -y);
        return smoothMax(torso.lungs.distance(x, y, z), z - level - meniscus * (wall - 0.4), 3);
      },
    },
    { tissue: random.uniform(2, 22) },
  );
  return { box };
}

function paintPlates(chest: Chest): Trace {
  const { canvas, random } = chest;
  const middle = placeInLung(chest, 14, -55, 15);
  const plates = 2 + random.integer(2);
  for (let n = 0; n < plates; n++) {
    const tilt = random.uniform(-0.35, 0.35);
    const centre = along(middle, [random.uniform(-10, 10), 0, 13 * n - 13]);
    const [rx, ry, rz] = [random.uniform(20, 34), random.uniform(20, 34), random.uniform(2, 3.5)];
    const flat = ellipsoid(centre, [rx, ry, rz + 14]);
    const body: Shape = {
      box: flat.box,
      distance: (x, y, z) => {
        const [u, v, w] = [x - centre[0], y - centre[1], z - centre[2]];
        const out = Math.hypot(u / rx, v / ry, (w - tilt * u) / rz);
        return (out - 1) * rz;
      },
    };
    canvas.paint(lump(chest, body, 6, 0.1), { tissue: random.uniform(-250, -60) });
  }
  return { box: ellipsoid(middle, [34, 34, 28]).box };
}

function paintThickening(chest: Chest): Trace {
  const { canvas, torso, random } = chest;
  const side = pickSide(random);
  const apical = random.chance(0.4);
  const middle = apical ? 112 : random.uniform(-20, 40);
  const half = apical ? 26 : random.uniform(35, 60);
  const thickness = random.uniform(4, 9);
  const box: Box = {
    min: [side > 0 ? 40 : -145, -90, middle - half],
    max: [side > 0 ? 145 : -40, 90, middle + half],
  };
  canvas.paint(
    {
      box,
      distance: (x, y, z) => {
        const d = torso.lungs.distance(x, y, z);
        const here = thickness * (1 - ((z - middle) / half) ** 2);
        return Math.max(d, -d - here);
      },
    },
    { tissue: 20 },
  );
  return { box };
}

/** Air between wall and lung, more of it at the top; the lung's edge is a fine line. */
function paintPneumothorax(chest: Chest): Trace {
  const { canvas, torso, random } = chest;
  const side = pickSide(random);
  const apex = random.uniform(16, 42);
  const foot = random.uniform(-40, 40);
  const gap = (z: number) => apex * smoothStep(foot, 120, z);
  const box: Box = { min: [side > 0 ? 8 : -145, -95, foot], max: [side > 0 ? 145 : -8, 95, 145] };
  const depthIn = (x: number, y: number, z: number) => -torso.lungs.distance(x, y, z);
  canvas.paint(
    {
      box,
      distance: (x, y, z) => {
        const depth = depthIn(x, y, z);
        return Math.max(-depth, depth - gap(z));
      },
    },
    { tissue: -990 },
  );
  canvas.paint(
    {
      box,
      distance: (x, y, z) => Math.max(Math.abs(depthIn(x, y, z) - gap(z)) - 0.8, 1 - gap(z)),
    },
    { tissue: -60 },
  );
  return {
    box,
    bare: (p) => Math.sign(p[0]) === side && p[2] > foot && depthIn(...p) < gap(p[2]),
  };
}

/** Stomach that slid through the diaphragm: behind the heart, with a level of air. */
function paintHernia({ canvas, random }: Chest): Trace {
  const radius = random.uniform(24, 36);
  const centre: Point = [random.uniform(-18, 4), -34, -46];
  const body = (margin: number) => {
    const r = radius - margin;
    return ellipsoid(centre, [r, 0.8 * r, 0.9 * r]);
  };
  canvas.paint(body(0), { tissue: 40 });
  canvas.paint(body(4), { tissue: (_x, _y, z) => (z > centre[2] ? -950 : 20) });
  return { box: body(0).box };
}

/** Short fine lines: of scars all over the lower lungs, or around a place. */
function strands(chest: Chest, count: number, around?: Point): Tube[] {
  const { torso, random } = chest;
  const tubes: Tube[] = [];
  for (let n = 0; n < count; n++) {
    const jitter = () => random.uniform(-32, 32);
    const from = around
      ? along(around, [jitter(), jitter(), jitter()])
      : placeInLung(chest, 2, -70, 30);
    const step: Point = [random.normal(), random.normal(), random.normal()];
    const to = along(from, step, random.uniform(4, 9));
    if (torso.lungs.distance(...from) > 0 || torso.lungs.distance(...to) > 0) continue;
    const radius = random.uniform(0.5, 1.1);
    tubes.push(capsule(from, to, radius, radius));
  }
  return tubes;
}
