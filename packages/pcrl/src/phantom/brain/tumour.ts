import type { RandomStream } from '@pcrl/torch';
import type { Point } from '../geometry.js';
import { drawTexture, type Texture } from '../texture.js';
import type { Brain } from './anatomy.js';

/** The mask's values, as BraTS has them; there is no 3. */
export const tumourLabels = { core: 1, oedema: 2, enhancing: 4 } as const;

/** A glioma: oedema around a core, in which a rim enhances around what is dead. */
export interface Tumour {
  readonly centre: Point;
  /** Millimetres from the centre to the edge of the oedema and of the core. */
  readonly radius: { readonly oedema: number; readonly core: number };
  /** Where the enhancing rim begins, as a share of the core's radius; 1 means that none does. */
  readonly rim: number;
  readonly texture: Texture;
}

/**
 * Draws a glioma somewhere in the white matter of a brain: of high grade, with an enhancing rim around
 * necrosis, or of low grade, where half have no part that enhances.
 */
export function drawTumour(brain: Brain, grade: 'high' | 'low', random: RandomStream): Tumour {
  const oedema = grade === 'high' ? random.uniform(20, 38) : random.uniform(16, 30);
  const share = grade === 'high' ? random.uniform(0.45, 0.65) : random.uniform(0.6, 0.85);
  const enhances = grade === 'high' || random.chance(0.5);
  return {
    centre: placeIn(brain, share * oedema, random),
    radius: { oedema, core: share * oedema },
    rim: enhances ? random.uniform(0.45, 0.8) : 1,
    texture: drawTexture(random),
  };
}

function placeIn(brain: Brain, radius: number, random: RandomStream): Point {
  for (let attempt = 0; attempt < 200; attempt++) {
    const side = random.chance(0.5) ? 1 : -1;
    const place: Point = [
      side * random.uniform(14, 48),
      random.uniform(-50, 55),
      random.uniform(-16, 42),
    ];
    if (brain.distance(...place) < -0.9 * radius - 3) return place;
  }
  return [28, 10, 20];
}

/** How far a point lies out, uneven as the tumour is: 1 at the edge of `radius`. */
function relativeDistance({ centre, texture }: Tumour, radius: number, p: Point): number {
  const [x, y, z] = [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]];
  return Math.hypot(x, y, z) / radius + 0.22 * texture(1.6 * p[0], 1.6 * p[1], 1.6 * p[2]);
}

/** The tumour's label at a point of the brain; 0 outside. The oedema keeps to the white matter. */
export function tumourLabel(tumour: Tumour, p: Point, white: number): 0 | 1 | 2 | 4 {
  const [x, y, z] = [p[0] - tumour.centre[0], p[1] - tumour.centre[1], p[2] - tumour.centre[2]];
  if (Math.hypot(x, y, z) > 1.6 * tumour.radius.oedema) return 0;
  const out = relativeDistance(tumour, tumour.radius.core, p);
  if (out < 1) return out > tumour.rim ? tumourLabels.enhancing : tumourLabels.core;
  if (white < 0.5) return 0;
  return relativeDistance(tumour, tumour.radius.oedema, p) < 1 ? tumourLabels.oedema : 0;
}

/** Where the tissue at a point came from before the tumour pushed it away. */
export function beforeGrowth({ centre, radius }: Tumour, p: Point): Point {
  const [x, y, z] = [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]];
  const reach = 1.5 * radius.core;
  const kept = 1 - 0.45 * Math.exp(-(x * x + y * y + z * z) / (reach * reach));
  return [centre[0] + kept * x, centre[1] + kept * y, centre[2] + kept * z];
}
