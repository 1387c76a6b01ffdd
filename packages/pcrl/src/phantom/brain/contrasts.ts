import type { RandomStream } from '@pcrl/torch';

/** The four MR contrasts of BraTS, by the names in its files. */
export const brainContrasts = ['t1', 't1ce', 't2', 'flair'] as const;

export type BrainContrast = (typeof brainContrasts)[number];

/** Brightness of everything in a brain, relative to white matter in T1. */
export interface Brightness {
  readonly white: number;
  readonly grey: number;
  readonly fluid: number;
  readonly core: number;
  readonly oedema: number;
  readonly enhancing: number;
}

const TYPICAL: Readonly<Record<BrainContrast, Brightness>> = {
  t1: { white: 1, grey: 0.76, fluid: 0.36, core: 0.56, oedema: 0.74, enhancing: 0.72 },
  t1ce: { white: 1, grey: 0.8, fluid: 0.38, core: 0.58, oedema: 0.76, enhancing: 1.55 },
  t2: { white: 0.58, grey: 0.78, fluid: 1.75, core: 1.4, oedema: 1.18, enhancing: 1.0 },
  flair: { white: 0.66, grey: 0.8, fluid: 0.3, core: 0.95, oedema: 1.32, enhancing: 1.12 },
};

/** How one scan shows one contrast. Scanners differ: the numbers mean nothing on their own. */
export interface ContrastSettings {
  readonly brightness: Brightness;
  /** What a brightness of 1 becomes. */
  readonly scale: number;
  /** Standard deviation of the noise, as a brightness. */
  readonly noise: number;
  /** Amplitude of the coil's uneven sensitivity. */
  readonly unevenness: number;
}

/** Draws how a scanner shows a contrast. */
export function drawContrast(contrast: BrainContrast, random: RandomStream): ContrastSettings {
  const around = (value: number) => value * random.uniform(0.92, 1.08);
  const typical = TYPICAL[contrast];
  return {
    brightness: {
      white: around(typical.white),
      grey: around(typical.grey),
      fluid: around(typical.fluid),
      core: around(typical.core),
      oedema: around(typical.oedema),
      enhancing: around(typical.enhancing),
    },
    scale: random.uniform(180, 900),
    noise: random.uniform(0.03, 0.06),
    unevenness: random.uniform(0.03, 0.1),
  };
}
