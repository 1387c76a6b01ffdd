import type { Anatomy } from './anatomy.js';
import type { Canvas } from './canvas.js';
import { along, capsule, ellipsoid, type Shape, smoothMax } from './geometry.js';
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

function liverShape(torso: Torso, { liver }: Anatomy, texture: Texture): Shape {
  const centre = [52, 6, -112] as const;
  const body = ellipsoid(centre, [108 * liver.size, 88 * liver.size, 80 * liver.size]);
  // The left lobe thins towards the patient's left.
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
