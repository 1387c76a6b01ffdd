import { RandomStream } from '@pcrl/torch';
import { type Anatomy, drawAnatomy } from './anatomy.js';
import { Canvas } from './canvas.js';
import type { PhantomRequest } from './draw.js';
import type { Point } from './geometry.js';
import { phantomLabels } from './labels.js';
import { paintLiverVessels, paintTumours, tumourLabel } from './liver.js';
import { paintBelly, paintBowel, paintHeart, paintKidneys } from './organs.js';
import { scanVoxels } from './scan.js';
import { paintSkeleton } from './skeleton.js';
import { drawTexture } from './texture.js';
import { layOutTorso, paintCouch, paintLungs, paintTorso } from './torso.js';
import { paintAirways, paintGreatVessels, paintLungVessels } from './vessels.js';

/** A drawn CT of an upper abdomen with liver and tumours marked. */
export interface AbdomenPhantom {
  /** Hounsfield units, `[X, Y, Z]` in RAS+ orientation, z fastest. */
  readonly voxels: Int16Array;
  /** 1 liver, 2 tumour, laid out as the voxels. */
  readonly mask: Uint8Array;
  readonly size: Point;
  readonly spacing: Point;
  readonly tumours: number;
}

/** Millimetres from mid-chest down to the middle of the liver. */
const LIVER_HEIGHT = -110;

/**
 * Draws a CT of the upper abdomen of an invented patient, in the portal venous phase as a rule: the
 * patients of {@link drawThoraxPhantom}, scanned lower, with kidneys, bowel, liver vessels, and up to
 * six tumours. The same request gives the same bits.
 */
export function drawAbdomenPhantom({ seed, index, size, spacing }: PhantomRequest): AbdomenPhantom {
  const stream = (purpose: string) => new RandomStream(seed, `phantom abdomen ${purpose}`, index);
  const anatomy = scannedLower(drawAnatomy(stream('anatomy')), stream('contrast'));
  const texture = drawTexture(stream('texture'));
  const torso = layOutTorso(anatomy);
  const canvas = new Canvas(size, spacing, anatomy.pose, -1000);

  paintCouch(canvas, anatomy);
  paintTorso(canvas, torso, anatomy, texture);
  paintKidneys(canvas, anatomy, stream('kidneys'));
  paintBowel(canvas, torso, anatomy, stream('bowel'));
  paintBelly(canvas, torso, anatomy, texture);
  paintLiverVessels(canvas, torso, anatomy, texture, stream('liver vessels'));
  const tumours = paintTumours(canvas, torso, anatomy, texture, stream('tumours'));
  paintLungs(canvas, torso, anatomy, texture, 0);
  paintHeart(canvas, anatomy, texture);
  paintGreatVessels(canvas, torso, anatomy);
  paintLungVessels(canvas, torso, anatomy, stream('vessels'));
  paintAirways(canvas, anatomy);
  paintSkeleton(canvas, torso, anatomy);

  return {
    voxels: scanVoxels(canvas.voxels, size, anatomy.noise, stream('noise')),
    mask: canvas.mask.map(liverAndTumour),
    size,
    spacing,
    tumours,
  };
}

function scannedLower(anatomy: Anatomy, random: RandomStream): Anatomy {
  const { pose, tissue, contrast } = anatomy;
  const [x, y, z] = pose.shift;
  const shifted = { ...pose, shift: [x, y, z - LIVER_HEIGHT * pose.scale[2]] as const };
  // Scans of the liver are made with a contrast agent unless the patient bears none.
  if (contrast > 0 || random.chance(0.15)) return { ...anatomy, pose: shifted };
  const dose = random.uniform(0.4, 1);
  return {
    ...anatomy,
    pose: shifted,
    contrast: dose,
    tissue: {
      ...tissue,
      blood: tissue.blood + 120 * dose,
      myocardium: tissue.myocardium + 50 * dose,
      liver: tissue.liver + 45 * dose,
      spleen: tissue.spleen + 65 * dose,
    },
  };
}

function liverAndTumour(label: number): number {
  if (label === tumourLabel) return 2;
  return label === phantomLabels.liver ? 1 : 0;
}
