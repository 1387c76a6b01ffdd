import type { RandomStream } from '@pcrl/torch';
import type { Anatomy } from './anatomy.js';
import type { Canvas } from './canvas.js';
import { along, capsule, curve, ellipsoid, type Point, type Shape, smoothMax } from './geometry.js';
import { phantomLabels } from './labels.js';
import type { Texture } from './texture.js';
import type { Torso } from './torso.js';

/** Paints liver, stomach and spleen under the diaphragm. */
export function paintBelly(canvas: Canvas, torso: Torso, anatomy: Anatomy, texture: Texture): void {
  const { tissue } = anatomy;
  paintStomach(canvas, torso, anatomy);
  canvas.paint(spleenShape(torso, anatomy), {
    tissue: (x, y, z) => tissue.spleen + 5 * texture(y, z, x),
    label: phantomLabels.spleen,
  });
  canvas.paint(liverShape(torso, anatomy, texture), {
    tissue: (x, y, z) => tissue.liver + 5 * texture(z, x, y),
    label: phantomLabels.liver,
  });
}

/** Paints the heart: fat around it, muscle, and the blood in its chambers. */
export function paintHeart(canvas: Canvas, anatomy: Anatomy, texture: Texture): void {
  const { size, x, z } = anatomy.heart;
  const { blood, myocardium, fat } = anatomy.tissue;
  const turn = 0.5;
  const wall = ellipsoid([x, 20, z], [56 * size, 42 * size, 46 * size], turn);
  const wobbly: Shape = {
    box: { min: along(wall.box.min, [8, 8, 8], -1), max: along(wall.box.max, [8, 8, 8]) },
    distance: (px, py, pz) => wall.distance(px, py, pz) + 4 * texture(0.6 * px, 0.6 * py, 0.6 * pz),
  };
  canvas.paint(
    { box: wobbly.box, distance: (px, py, pz) => wobbly.distance(px, py, pz) - 4 },
    { tissue: 0.8 * fat, label: 0 },
  );
  canvas.paint(wobbly, {
    tissue: (px, py, pz) => myocardium + 4 * texture(py, pz, px),
    label: phantomLabels.heart,
  });
  const chambers = [
    ellipsoid([x - 20 * size, 22, z - 6], [23 * size, 16 * size, 24 * size], turn),
    ellipsoid([x + 12 * size, 38 * size, z - 10], [24 * size, 11 * size, 22 * size], turn),
    ellipsoid([x + 30 * size, 22, z + 6], [15 * size, 18 * size, 20 * size]),
    ellipsoid([x + 4 * size, -4, z + 14], [24 * size, 11 * size, 16 * size]),
  ];
  for (const chamber of chambers) canvas.paint(chamber, { tissue: blood });
}

/** The liver: a wedge under the right dome whose left lobe thins towards the patient's left. */
export function liverShape(torso: Torso, { liver }: Anatomy, texture: Texture): Shape {
  const centre = [52, 6, -112] as const;
  const body = ellipsoid(centre, [108 * liver.size, 88 * liver.size, 80 * liver.size]);
  const under = (x: number, z: number) => -0.8 * (z + 128) - 0.6 * (x + 34 + liver.reach);
  return {
    box: body.box,
    distance: (x, y, z) => {
      const whole = smoothMax(body.distance(x, y, z), under(x, z), 12);
      return (
        smoothMax(whole, torso.belly.distance(x, y, z) + 5, 6) +
        2.5 * texture(0.7 * x, 0.7 * y, 0.7 * z)
      );
    },
  };
}

function spleenShape(torso: Torso, { spleen }: Anatomy): Shape {
  const { size, z } = spleen;
  const body = ellipsoid([-92, -38, z], [24 * size, 44 * size, 34 * size], -0.35);
  return {
    box: body.box,
    distance: (px, py, pz) =>
      smoothMax(body.distance(px, py, pz), torso.belly.distance(px, py, pz) + 5, 6),
  };
}

function paintStomach(canvas: Canvas, torso: Torso, { tissue }: Anatomy): void {
  const body = ellipsoid([-58, 26, -104], [44, 36, 36], 0.3);
  const inBelly = (margin: number): Shape => ({
    box: body.box,
    distance: (x, y, z) =>
      smoothMax(body.distance(x, y, z) + margin, torso.belly.distance(x, y, z) + 5 + margin, 6),
  });
  canvas.paint(inBelly(0), { tissue: tissue.muscle });
  // The patient lies on the back: air rises to the front.
  canvas.paint(inBelly(4), { tissue: (_x, y) => (y > 42 ? -950 : 22) });
  const oesophagus = capsule([-4, -34, -60], [-3, -34, 130], 6, 5);
  canvas.paint(oesophagus, { tissue: tissue.muscle - 8 });
}

/** Paints both kidneys: bean-shaped, bright with contrast, around the fat of the sinus. */
export function paintKidneys(
  canvas: Canvas,
  { tissue, contrast, spine }: Anatomy,
  random: RandomStream,
): void {
  for (const side of [-1, 1]) {
    const centre: Point = [
      side * random.uniform(58, 66),
      random.uniform(-44, -36),
      (side > 0 ? -172 : -160) + random.uniform(-8, 8) + 0.1 * spine.bend,
    ];
    const value = 32 + 130 * contrast;
    const sinus = ellipsoid(along(centre, [-side * 16, 6, 0]), [16, 13, 22], 0.4 * side);
    canvas.paint(ellipsoid(centre, [27, 25, 50], 0.4 * side), { tissue: value });
    canvas.paint(sinus, { tissue: 0.7 * tissue.fat });
  }
}

/** Paints loops of bowel in front of the kidneys: soft walls, some with air in them, some with food. */
export function paintBowel(
  canvas: Canvas,
  torso: Torso,
  { tissue }: Anatomy,
  random: RandomStream,
): void {
  for (let loop = 0; loop < 14; loop++) {
    const from: Point = [
      random.uniform(-95, 95),
      random.uniform(-10, 60),
      random.uniform(-240, -150),
    ];
    const knots = [from];
    for (let i = 0; i < 4; i++) {
      const step: Point = [
        random.uniform(-45, 45),
        random.uniform(-22, 22),
        random.uniform(-22, 22),
      ];
      knots.push(along(knots[i]!, step));
    }
    const radius = random.uniform(10, 19);
    const inside = knots.filter((knot) => torso.belly.distance(...knot) < -radius - 8);
    const points = curve(inside, 4);
    // Air rises to the front of a loop.
    const level = random.chance(0.4) ? random.uniform(-0.3, 0.6) * radius : Infinity;
    const food = random.uniform(5, 40);
    for (const [margin, wall] of [
      [0, true],
      [2.5, false],
    ] as const) {
      for (let i = 0; i + 1 < points.length; i++) {
        const [a, b] = [points[i]!, points[i + 1]!];
        const middle = 0.5 * (a[1] + b[1]);
        canvas.paint(capsule(a, b, radius - margin, radius - margin), {
          tissue: wall ? tissue.muscle : (_x, y) => (y - middle > level ? -900 : food),
        });
      }
    }
  }
}
