import type { RandomStream } from '@pcrl/torch';
import { along, ellipsoid, type Point, type Shape } from './geometry.js';
import type { Texture } from './texture.js';

/** How far a lump is from a ball. */
interface Irregularity {
  /** Shares of the radius that its half axes are drawn from. */
  readonly stretch: readonly [number, number];
  /** Height of its bumps, as a share of the radius. */
  readonly bumps: number;
  /** Bumps for each length of the texture. */
  readonly detail: number;
}

/** An uneven ellipsoid, turned at random. */
export function lump(
  centre: Point,
  radius: number,
  { stretch, bumps, detail }: Irregularity,
  texture: Texture,
  random: RandomStream,
): Shape {
  const half = () => radius * random.uniform(...stretch);
  const body = ellipsoid(centre, [half(), half(), half()], random.uniform(0, Math.PI));
  const margin = 0.3 * radius;
  return {
    box: {
      min: along(body.box.min, [margin, margin, margin], -1),
      max: along(body.box.max, [margin, margin, margin]),
    },
    distance: (x, y, z) =>
      body.distance(x, y, z) + bumps * radius * texture(detail * x, detail * y, detail * z),
  };
}
