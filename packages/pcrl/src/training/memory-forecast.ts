import type { PretrainSettings } from '../settings/index.js';
import { bytes } from './forecast.js';

const MB = 1e6;

/**
 * Memory of one sample in a step of PCRLv2, measured on the CPU with the default settings (steps of 4 and
 * of 12 images, of 2 and of 4 volumes): most of it are activations that wait for their gradients.
 */
const MEASURED = {
  2: { voxels: 224 * 224, width: 1, fp32: 163 * MB, bf16: 72 * MB },
  3: { voxels: 64 * 64 * 32, width: 32, fp32: 929 * MB, bf16: 598 * MB },
} as const;

/** The program, libtorch and its buffers, the weights. */
const BESIDE = 600 * MB;

/** What a step has to do with. */
interface Given {
  /** Samples of an epoch: no step has more. */
  readonly samples: number;
  /** Bytes of memory. */
  readonly available: number;
}

/** What can be said before the first step: nothing where a step fits. */
export function memoryWarning(
  settings: PretrainSettings,
  { samples, available }: Given,
): string | undefined {
  const batch = Math.min(settings.batch, samples);
  const sample = sampleMemory(settings);
  const needed = BESIDE + batch * sample;
  if (needed <= available) return undefined;
  const fits = Math.floor((available - BESIDE) / sample);
  const smaller = fits >= 2 ? `--batch ${fits}, ` : '';
  return `a step of ${batch} takes about ${bytes(needed)} of memory, and there are ${bytes(available)}: take ${smaller}a smaller --size or --precision bf16, or the system may end the run`;
}

function sampleMemory({ dimensions, precision, views, network }: PretrainSettings): number {
  const measured = MEASURED[dimensions];
  const voxels = (views.size as readonly number[]).reduce((product, side) => product * side, 1);
  const width = 'width' in network ? network.width : 1;
  return (measured[precision] * voxels * width) / (measured.voxels * measured.width);
}
