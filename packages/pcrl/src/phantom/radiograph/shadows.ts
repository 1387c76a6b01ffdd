import type { Brush, TubePainter } from '../canvas.js';
import type { Point, Tube } from '../geometry.js';
import { poseMatrices } from '../pose.js';
import { attenuation } from './attenuation.js';
import { acrossAxis, onFilm, pixelSize, type View } from './view.js';

/** Thickness of a bone's dense shell in millimetres, as `boneTissue` has it. */
const SHELL = 2;

/**
 * Adds the shadows of tubes to a film at its full resolution: the length of a ray in a tube, times how
 * much more it attenuates than what it lies in. Tubes painted together count once where they overlap.
 */
export class Shadows implements TubePainter {
  private readonly toWorld: readonly number[];
  private readonly scale: number;
  private readonly shadow: Float32Array;

  /**
   * @param film line integrals, `[side, side]`, added to in place
   * @param surroundings Hounsfield units of what the tubes lie in
   */
  constructor(
    private readonly film: Float32Array,
    private readonly view: View,
    private readonly surroundings: number,
  ) {
    const { scale } = view.pose;
    this.toWorld = poseMatrices(view.pose).toWorld;
    this.scale = Math.cbrt(scale[0] * scale[1] * scale[2]);
    this.shadow = new Float32Array(film.length);
  }

  paintTubes(tubes: readonly Tube[], { tissue }: Brush): void {
    const outside = attenuation(this.surroundings);
    const at = (depth: number) => (typeof tissue === 'number' ? tissue : tissue(0, 0, 0, -depth));
    const shell = attenuation(at(0.5 * SHELL)) - outside;
    const core = attenuation(at(2 * SHELL)) - outside;
    const touched = tubes.flatMap((tube) => this.cast(tube, shell, core));
    for (const pixel of touched) {
      this.film[pixel]! += this.shadow[pixel]!;
      this.shadow[pixel] = 0;
    }
  }

  /** Raises `shadow` to what one tube casts; gives the pixels it was the first to reach. */
  private cast(tube: Tube, shell: number, core: number): number[] {
    const { view, shadow } = this;
    const size = pixelSize(view);
    const [a, b] = [this.world(tube.from), this.world(tube.to)];
    const [au, av] = onFilm(view, a);
    const [bu, bv] = onFilm(view, b);
    const [du, dv] = [bu - au, bv - av];
    const squared = du * du + dv * dv;
    const across = acrossAxis(view);
    const length = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
    const seen = Math.hypot(b[across] - a[across], b[2] - a[2]);
    const radii = [tube.fromRadius * this.scale, tube.toRadius * this.scale] as const;
    // Seen aslant, a tube is longer along the ray; end on, its rounded ends would stand out.
    const slant = Math.min(1.5, length / Math.max(seen, 1e-6));
    const reach = Math.max(...radii) / size + 1.5;
    const touched: number[] = [];
    const last = view.side - 1;
    const [top, bottom] = [Math.min(av, bv) - reach, Math.max(av, bv) + reach];
    const [left, right] = [Math.min(au, bu) - reach, Math.max(au, bu) + reach];
    for (let v = Math.max(0, Math.ceil(top)); v <= Math.min(last, bottom); v++) {
      for (let u = Math.max(0, Math.ceil(left)); u <= Math.min(last, right); u++) {
        const along = squared === 0 ? 0 : ((u - au) * du + (v - av) * dv) / squared;
        const t = Math.min(1, Math.max(0, along));
        const distance = size * Math.hypot(u - au - t * du, v - av - t * dv);
        const radius = radii[0] + t * (radii[1] - radii[0]);
        const outer = chord(distance, radius, size);
        if (outer === 0) continue;
        const inner = radius > 2 * SHELL ? chord(distance, radius - SHELL, size) : 0;
        const value = slant * (shell * (outer - inner) + core * inner);
        const pixel = v * view.side + u;
        if (shadow[pixel] === 0) touched.push(pixel);
        if (Math.abs(value) > Math.abs(shadow[pixel]!)) shadow[pixel] = value;
      }
    }
    return touched;
  }

  private world(p: Point): Point {
    const m = this.toWorld;
    const { shift } = this.view.pose;
    const row = (r: number) => m[r]! * p[0] + m[r + 1]! * p[1] + m[r + 2]! * p[2];
    return [row(0) + shift[0], row(3) + shift[1], row(6) + shift[2]];
  }
}

/** Length of a ray inside a cylinder that it passes at a distance; thin ones are smeared over a pixel. */
function chord(distance: number, radius: number, pixel: number): number {
  const smeared = Math.max(radius, 0.8 * pixel);
  const squared = smeared * smeared - distance * distance;
  if (squared <= 0) return 0;
  return 2 * Math.sqrt(squared) * (radius / smeared) ** 2;
}
