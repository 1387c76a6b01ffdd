import type { RandomStream } from '@pcrl/torch';
import { drawText } from '../../pictures/font.js';
import { blankRaster } from '../../pictures/raster.js';
import type { Projection } from './view.js';

/** How a film was exposed and developed. */
export interface Exposure {
  /** Scattered rays, as a share of the mean of those that came through. */
  readonly scatter: number;
  /** Standard deviation of the noise where nothing is in the way. */
  readonly noise: number;
  /** Shape of the greys: above 1 darker, below 1 brighter. */
  readonly gamma: number;
  /** Shares of all pixels that become black and white. */
  readonly black: number;
  readonly white: number;
  /** Millimetres of edge that the collimator covers: left, right, top, bottom. */
  readonly collimated: readonly [number, number, number, number];
  /** Whether a letter marks the patient's side. */
  readonly marked: boolean;
}

/** Draws an exposure; films made at the bedside (AP) are flatter and noisier. */
export function drawExposure(projection: Projection, random: RandomStream): Exposure {
  const bedside = projection === 'AP';
  const edge = () => (random.chance(0.25) ? random.uniform(0, 14) : 0);
  return {
    scatter: bedside ? random.uniform(0.25, 0.5) : random.uniform(0.12, 0.3),
    noise: bedside ? random.uniform(0.006, 0.011) : random.uniform(0.004, 0.008),
    gamma: random.uniform(0.8, 1.3),
    black: random.uniform(0.01, 0.05),
    white: random.uniform(0.005, 0.03),
    collimated: [edge(), edge(), edge(), edge()],
    marked: random.chance(0.8),
  };
}

/**
 * Exposes a film (Beer and Lambert's law, scatter, quantum noise) and develops it: attenuation becomes
 * bright, spread between the exposure's black and white.
 *
 * @param attenuations line integrals, `[side, side]`
 * @returns 8-bit greys
 */
export function exposeFilm(
  attenuations: Float32Array,
  side: number,
  pixel: number,
  exposure: Exposure,
  random: RandomStream,
): Uint8Array {
  const through = attenuations.map((sum) => Math.exp(-sum));
  const scattered = blurredCoarsely(through, side, 35 / pixel);
  const grain = random.fillNormal(new Float32Array(through.length));
  // A coarse pixel gathers more quanta, so that its noise is lower.
  const noise = exposure.noise * Math.min(1, 0.4 / pixel);
  const dark = through.map((direct, i) => {
    const total = direct + exposure.scatter * scattered[i]!;
    return -Math.log(total * Math.max(0.2, 1 + (noise * grain[i]!) / Math.sqrt(total)));
  });
  return developed(dark, side, pixel, exposure);
}

/** Blurred by about `radius` pixels: means of coarse cells, smoothed, and linear between them. */
function blurredCoarsely(values: Float32Array, side: number, radius: number): Float32Array {
  // No cell without a pixel, however coarse the film.
  const cells = Math.min(side, Math.max(2, Math.round((3 * side) / radius)));
  const size = side / cells;
  const sums = new Float32Array(cells * cells);
  const counts = new Float32Array(cells * cells);
  for (let i = 0; i < values.length; i++) {
    const cell = Math.floor(Math.floor(i / side) / size) * cells + Math.floor((i % side) / size);
    sums[cell]! += values[i]!;
    counts[cell]!++;
  }
  let coarse: Float32Array = sums.map((sum, i) => sum / counts[i]!);
  for (let round = 0; round < 3; round++) coarse = smoothed(coarse, cells);
  return values.map((_, i) => {
    const at = (pixel: number) => Math.min(cells - 1.001, Math.max(0, (pixel + 0.5) / size - 0.5));
    const [v, u] = [at(Math.floor(i / side)), at(i % side)];
    const [row, column] = [Math.floor(v), Math.floor(u)];
    const value = (r: number, c: number) => coarse[(row + r) * cells + column + c]!;
    const upper = value(0, 0) + (u - column) * (value(0, 1) - value(0, 0));
    const lower = value(1, 0) + (u - column) * (value(1, 1) - value(1, 0));
    return upper + (v - row) * (lower - upper);
  });
}

function smoothed(values: Float32Array, side: number): Float32Array {
  const inside = (n: number) => Math.min(side - 1, Math.max(0, n));
  return values.map((_, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    let sum = 0;
    for (const r of [-1, 0, 1]) {
      for (const c of [-1, 0, 1]) sum += values[inside(row + r) * side + inside(column + c)]!;
    }
    return sum / 9;
  });
}

function developed(
  values: Float32Array,
  side: number,
  pixel: number,
  exposure: Exposure,
): Uint8Array {
  const sorted = values.filter((_, i) => i % 7 === 0).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(exposure.black), at(1 - exposure.white)];
  const greys = new Uint8Array(values.length);
  const [left, right, top, bottom] = exposure.collimated.map((mm) => mm / pixel) as [
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < values.length; i++) {
    const [v, u] = [Math.floor(i / side), i % side];
    const covered = u < left || u > side - 1 - right || v < top || v > side - 1 - bottom;
    const share = Math.min(1, Math.max(0, (values[i]! - low) / (high - low)));
    greys[i] = covered ? 4 : Math.round(255 * share ** exposure.gamma);
  }
  return greys;
}

/** Burns a letter into a film: R on the patient's right, which is the film's left. */
export function markSide(greys: Uint8Array, side: number, random: RandomStream): void {
  const scale = Math.max(1, Math.round(side / 200));
  const right = random.chance(0.5);
  const page = blankRaster(side, side, [0, 0, 0]);
  const u = Math.round(side * (right ? random.uniform(0.02, 0.07) : random.uniform(0.91, 0.95)));
  const v = Math.round(side * random.uniform(0.04, 0.2));
  drawText(page, right ? 'R' : 'L', u, v, { scale, colour: [250, 250, 250] });
  for (let i = 0; i < greys.length; i++) greys[i] = Math.max(greys[i]!, page.pixels[3 * i]!);
}
