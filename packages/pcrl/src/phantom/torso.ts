import type { Anatomy } from './anatomy.js';
import type { Canvas } from './canvas.js';
import { type Box, ellipsoid, type Shape, smoothMax, smoothStep } from './geometry.js';
import type { Texture } from './texture.js';

/** The surfaces that the organs fit into. */
export interface Torso {
  readonly skin: Shape;
  readonly muscle: Shape;
  /** The space inside the ribs, chest and upper belly. */
  readonly cavity: Shape;
  readonly lungs: Shape;
  /** What lies in the cavity below the diaphragm. */
  readonly belly: Shape;
  /** Share of the cavity's full width at height z; 0 above the lungs' apex. */
  readonly cavityProfile: (z: number) => number;
  /** Middle of the spine's vertebral bodies at height z. */
  readonly spineAt: (z: number) => { readonly x: number; readonly y: number };
}

const cavityY = -2;

/** Lays out the torso of a patient. */
export function layOutTorso(anatomy: Anatomy): Torso {
  const { width, depth, apex } = anatomy.cavity;
  const cavityProfile = (z: number) =>
    Math.sqrt(Math.max(0.0004, 1 - (Math.max(0, z + 60) / (apex + 60)) ** 2));
  const cavity = (x: number, y: number, z: number) => {
    const c = cavityProfile(z);
    return ellipseDistance(x, y - cavityY, width * c, depth * c);
  };
  const dome = domeHeight(anatomy);
  const spineAt = (z: number) => ({
    x: anatomy.spine.bend * Math.sin(z / 70),
    y: -50 - 14 * (1 - (z / 160) ** 2),
  });
  return {
    skin: {
      box: column(width + 20 + anatomy.fat, depth + 24 + anatomy.fat),
      distance: outline(width + 20, depth + 16, anatomy.fat),
    },
    muscle: { box: column(width + 20, depth + 24), distance: outline(width + 20, depth + 16, 0) },
    cavity: { box: column(width, depth + 2), distance: cavity },
    lungs: {
      box: column(width, depth + 2),
      distance: lungDistance(anatomy, cavity, dome, spineAt),
    },
    belly: {
      box: column(width, depth + 2),
      distance: (x, y, z) => Math.max(cavity(x, y, z), z - dome(x, y)),
    },
    cavityProfile,
    spineAt,
  };
}

/** Paints skin, fat, muscle, and what fills the space between the organs. */
export function paintTorso(canvas: Canvas, torso: Torso, anatomy: Anatomy, texture: Texture): void {
  const { fat, muscle } = anatomy.tissue;
  canvas.paint(torso.skin, {
    tissue: (x, y, z, d) => (d > -2.5 ? 10 : fat + 8 * texture(x, y, z)),
  });
  paintBreasts(canvas, anatomy);
  canvas.paint(torso.muscle, {
    // Fat lies in streaks between the muscles.
    tissue: (x, y, z) => muscle + (texture(x * 1.6, y * 1.6, z * 0.8) > 0.85 ? fat - muscle : 0),
  });
  const mediastinalFat = 0.75 * fat;
  canvas.paint(torso.cavity, {
    tissue: (x, y, z) => mediastinalFat + 45 * texture(1.4 * x, 1.4 * y, 1.4 * z),
  });
  canvas.paint(torso.belly, {
    tissue: (x, y, z, d) => (d > -4 ? muscle : 0.9 * fat + 20 * texture(x, y, z)),
  });
}

/** Paints the scanner's couch: a thin curved shell with a light core. */
export function paintCouch(canvas: Canvas, anatomy: Anatomy): void {
  const top = -(anatomy.cavity.depth + 24 + anatomy.fat) - 4;
  const bend = (x: number, y: number) => y - top - 0.0011 * x * x + 7;
  canvas.paint(
    {
      box: { min: [-200, top - 30, -600], max: [200, top + 60, 600] },
      distance: (x, y) => Math.max(Math.abs(bend(x, y)) - 6, Math.abs(x) - 185),
    },
    { tissue: (_x, _y, _z, d) => (d > -2.5 ? -350 : -880) },
  );
}

/** Paints the lungs: darker in front, denser towards the back, where the blood settles. */
export function paintLungs(
  canvas: Canvas,
  torso: Torso,
  anatomy: Anatomy,
  texture: Texture,
  label: number,
): void {
  const { lung } = anatomy.tissue;
  canvas.paint(torso.lungs, {
    tissue: (x, y, z) => lung - 0.35 * y + 22 * texture(2.2 * x, 2.2 * y, 2.2 * z),
    label,
  });
}

function paintBreasts(canvas: Canvas, anatomy: Anatomy): void {
  const { breasts: size, fat, tissue } = anatomy;
  if (size === 0) return;
  const chestWall = anatomy.cavity.depth + 4 + 0.75 * fat;
  for (const side of [-1, 1]) {
    canvas.paint(ellipsoid([side * 74, chestWall - 22, 0], [66, 26 + 22 * size, 54]), {
      tissue: (_x, _y, _z, d) => (d > -2.5 ? 10 : tissue.fat + 4),
    });
    canvas.paint(ellipsoid([side * 76, chestWall, 2], [26, 9 + 8 * size, 24]), { tissue: -15 });
  }
}

/** A box that reaches through the volume from bottom to top. */
function column(halfWidth: number, halfDepth: number): Box {
  return { min: [-halfWidth, -halfDepth, -600], max: [halfWidth, halfDepth, 600] };
}

/** Body surface: an ellipse with flattened sides that narrows towards the neck. */
function outline(halfWidth: number, halfDepth: number, extra: number): Shape['distance'] {
  return (x, y, z) => {
    const narrowing = 1 - 0.42 * smoothStep(70, 190, z) - 0.18 * smoothStep(130, 200, z);
    const a = (halfWidth + extra) * narrowing;
    const b = (halfDepth + 0.75 * extra) * (1 - 0.3 * smoothStep(80, 190, z));
    const u = Math.abs(x / a);
    const v = Math.abs((y + 8) / b);
    const scaled = (u * u * Math.sqrt(u) + v * v * Math.sqrt(v)) ** 0.4;
    return (scaled - 1) * ((a * v + b * u) / (u + v + 1e-9));
  };
}

function ellipseDistance(x: number, y: number, a: number, b: number): number {
  const u = x / a;
  const v = y / b;
  const scaled = Math.sqrt(u * u + v * v);
  const gradient = Math.sqrt((u / a) ** 2 + (v / b) ** 2);
  return gradient === 0 ? -Math.min(a, b) : (scaled * (scaled - 1)) / gradient;
}

/** Height of the diaphragm over (x, y): two domes, lower at the walls and at the back. */
function domeHeight({ dome }: Anatomy): (x: number, y: number) => number {
  return (x, y) => {
    const back = 26 * (Math.max(0, 10 - y) / 80) ** 2 + 20 * (Math.max(0, y - 10) / 80) ** 2;
    const right = dome.right - 46 * ((x - 62) / 82) ** 2 - back;
    const left = dome.left - 46 * ((x + 64) / 80) ** 2 - back;
    return smoothMax(right, left, 14);
  };
}

function lungDistance(
  anatomy: Anatomy,
  cavity: Shape['distance'],
  dome: (x: number, y: number) => number,
  spineAt: Torso['spineAt'],
): Shape['distance'] {
  return (x, y, z) => {
    const spine = spineAt(z);
    // The lungs come close to each other behind the sternum and reach around the vertebrae.
    const gap =
      anatomy.mediastinum * (1 - 0.6 * smoothStep(30, 62, y)) + 9 * smoothStep(70, 120, z);
    const middle = Math.max(gap - Math.abs(x - 0.5 * spine.x), 0.7 * (dome(x, y) - z));
    const vertebra = 21 - Math.hypot(x - spine.x, y - spine.y + 4);
    const back = 30 - Math.hypot(x - spine.x, y - spine.y + 32);
    const inner = smoothMax(middle, Math.max(vertebra, back), 8);
    return smoothMax(cavity(x, y, z) + 1.5, inner, 10);
  };
}
