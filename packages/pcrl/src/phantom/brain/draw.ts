import { RandomStream } from '@pcrl/torch';
import type { PhantomRequest } from '../draw.js';
import type { Pose } from '../pose.js';
import { drawTexture } from '../texture.js';
import { type Brain, type BrainTissue, drawBrain } from './anatomy.js';
import { type BrainContrast, type Brightness, drawContrast } from './contrasts.js';
import { TemplateGrid } from './grid.js';
import { beforeGrowth, drawTumour, type Tumour, tumourLabel, tumourLabels } from './tumour.js';

/** A drawn MR examination of a brain with a glioma, skull-stripped: outside it is exactly 0. */
export interface BrainPhantom {
  /** Arbitrary units, 1 or more inside, `[X, Y, Z]` in RAS+ orientation, z fastest. */
  readonly contrasts: Readonly<Record<BrainContrast, Int16Array>>;
  /** {@link tumourLabels}, laid out as the voxels. */
  readonly mask: Uint8Array;
}

/** Which brain to draw. */
export interface BrainRequest extends PhantomRequest {
  readonly grade: 'high' | 'low';
}

/**
 * Draws a brain with a glioma in four MR contrasts on one grid. The tumour pushes the brain aside, its
 * oedema follows the white matter; each contrast has its own scale, noise and uneven sensitivity. The
 * same request gives the same bits.
 */
export function drawBrainPhantom(request: BrainRequest): BrainPhantom {
  const { seed, index, size, spacing, grade } = request;
  const stream = (purpose: string) => new RandomStream(seed, `phantom brain ${purpose}`, index);
  const brain = drawBrain(stream('anatomy'));
  const tumour = drawTumour(brain, grade, stream('tumour'));
  const grid = new TemplateGrid(size, spacing, drawPose(stream('pose')), brain.distance);
  const { tissues, labels } = fill(grid, brain, tumour);

  const voxels = size[0] * size[1] * size[2];
  const mask = new Uint8Array(voxels);
  grid.inside.forEach((voxel, n) => {
    mask[voxel] = labels[n]!;
  });
  const show = (contrast: BrainContrast) => {
    const shown = showContrast(grid, tissues, labels, contrast, stream(contrast));
    const image = new Int16Array(voxels);
    grid.inside.forEach((voxel, n) => {
      image[voxel] = shown[n]!;
    });
    return image;
  };
  return {
    contrasts: { t1: show('t1'), t1ce: show('t1ce'), t2: show('t2'), flair: show('flair') },
    mask,
  };
}

function drawPose(random: RandomStream): Pose {
  const about = (mean: number, spread: number) => random.uniform(mean - spread, mean + spread);
  return {
    scale: [about(1, 0.06), about(1, 0.06), about(1, 0.06)],
    turn: [about(0, 0.12), about(0, 0.05), about(0, 0.08)],
    shift: [about(0, 3), about(0, 5), about(0, 5)],
  };
}

/** White, grey and fluid shares of each voxel inside, and its label. */
function fill(grid: TemplateGrid, brain: Brain, tumour: Tumour) {
  const count = grid.inside.length;
  const tissues = new Float32Array(3 * count);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const point = grid.point(n);
    const { white, grey, fluid } = brain.tissueAt(...beforeGrowth(tumour, point));
    tissues.set([white, grey, fluid], 3 * n);
    labels[n] = tumourLabel(tumour, point, white);
  }
  return { tissues, labels };
}

function showContrast(
  { inside, points }: TemplateGrid,
  tissues: Float32Array,
  labels: Uint8Array,
  contrast: BrainContrast,
  random: RandomStream,
): Int16Array {
  const { brightness, scale, noise, unevenness } = drawContrast(contrast, random);
  const sensitivity = drawTexture(random);
  const grain = random.fillNormal(new Float32Array(2 * inside.length), 0, noise);
  const shown = new Int16Array(inside.length);
  for (let n = 0; n < shown.length; n++) {
    const at = 3 * n;
    const tissue = { white: tissues[at]!, grey: tissues[at + 1]!, fluid: tissues[at + 2]! };
    // A coil's sensitivity changes over decimetres.
    const slow = sensitivity(0.2 * points[at]!, 0.2 * points[at + 1]!, 0.2 * points[at + 2]!);
    const signal = (1 + unevenness * slow) * signalOf(brightness, tissue, labels[n]!);
    // The magnitude of a complex signal: its noise is Rician.
    const value = Math.hypot(signal + grain[2 * n]!, grain[2 * n + 1]!);
    shown[n] = Math.max(1, Math.round(scale * value));
  }
  return shown;
}

function signalOf(brightness: Brightness, tissue: BrainTissue, label: number): number {
  if (label === tumourLabels.core) return brightness.core;
  if (label === tumourLabels.enhancing) return brightness.enhancing;
  const { white, grey, fluid } = tissue;
  const healthy = brightness.white * white + brightness.grey * grey + brightness.fluid * fluid;
  return label === tumourLabels.oedema ? 0.2 * healthy + 0.8 * brightness.oedema : healthy;
}
