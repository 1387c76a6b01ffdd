import { RandomStream } from '@pcrl/torch';
import { drawAnatomy } from './anatomy.js';
import { Canvas } from './canvas.js';
import type { Point } from './geometry.js';
import { phantomLabels } from './labels.js';
import { type Nodule, paintNodules } from './nodules.js';
import { paintBelly, paintHeart } from './organs.js';
import { scanVoxels } from './scan.js';
import { paintSkeleton } from './skeleton.js';
import { drawTexture } from './texture.js';
import { layOutTorso, paintCouch, paintLungs, paintTorso } from './torso.js';
import { paintAirways, paintGreatVessels, paintLungVessels } from './vessels.js';

/** Which phantom to draw, and how finely. */
export interface PhantomRequest {
  readonly seed: number;
  /** Number of the patient; each differs in build, organs and tissues. */
  readonly index: number;
  /** Voxels along x (patient's right), y (anterior), z (superior). */
  readonly size: readonly [number, number, number];
  /** Millimetres along x, y, z. The chest fits into about 380 x 300 x 290 mm. */
  readonly spacing: readonly [number, number, number];
}

/** A drawn CT of a chest with its organs marked. */
export interface ThoraxPhantom {
  /** Hounsfield units, `[X, Y, Z]` in RAS+ orientation, z fastest. */
  readonly voxels: Int16Array;
  /** {@link phantomLabels}, laid out as the voxels. */
  readonly mask: Uint8Array;
  readonly size: readonly [number, number, number];
  readonly spacing: readonly [number, number, number];
  readonly findings: {
    readonly nodules: readonly Nodule[];
    /** Voxel coordinates where small vessels branch: what is easily taken for a nodule. */
    readonly vesselPoints: readonly Point[];
    readonly contrastAgent: boolean;
  };
}

/**
 * Draws a chest CT of an invented patient: body, lungs with vessels and nodules, airways, heart,
 * great vessels, liver, spleen, stomach, spine, ribs, sternum, shoulder blades, couch; then the
 * scanner's blur and noise. The same request gives the same bits.
 */
export function drawThoraxPhantom(request: PhantomRequest): ThoraxPhantom {
  const { seed, index, size, spacing } = request;
  const stream = (purpose: string) => new RandomStream(seed, `phantom ${purpose}`, index);
  const anatomy = drawAnatomy(stream('anatomy'));
  const texture = drawTexture(stream('texture'));
  const torso = layOutTorso(anatomy);
  const canvas = new Canvas(size, spacing, anatomy.pose, -1000);

  // From the outside in; what is painted later covers what was there.
  paintCouch(canvas, anatomy);
  paintTorso(canvas, torso, anatomy, texture);
  paintBelly(canvas, torso, anatomy, texture);
  paintLungs(canvas, torso, anatomy, texture, phantomLabels.lungs);
  paintHeart(canvas, anatomy, texture);
  paintGreatVessels(canvas, torso, anatomy);
  const vessels = paintLungVessels(canvas, torso, anatomy, stream('vessels'));
  paintAirways(canvas, anatomy);
  paintSkeleton(canvas, torso, anatomy);
  const nodules = paintNodules(canvas, torso, vessels, texture, stream('nodules'));

  return {
    voxels: scanVoxels(canvas.voxels, size as Point, anatomy.noise, stream('noise')),
    mask: canvas.mask,
    size,
    spacing,
    findings: {
      nodules,
      vesselPoints: vessels.map(({ point }) => canvas.voxel(point)),
      contrastAgent: anatomy.contrast > 0,
    },
  };
}
