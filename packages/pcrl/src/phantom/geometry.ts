/** A point or direction in millimetres: x towards the patient's right, y anterior, z superior (RAS+). */
export type Point = readonly [number, number, number];

/** An axis-aligned box. */
export interface Box {
  readonly min: Point;
  readonly max: Point;
}

/** A solid: `distance` is negative inside, positive outside, about millimetres near the surface. */
export interface Shape {
  readonly box: Box;
  readonly distance: (x: number, y: number, z: number) => number;
}

/** A piece of tube with rounded ends. */
export interface Tube extends Shape {
  readonly from: Point;
  readonly to: Point;
  readonly fromRadius: number;
  readonly toRadius: number;
}

/** `a + b * factor` */
export function along(a: Point, b: Point, factor = 1): Point {
  return [a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor];
}

/** The direction of a vector, with length 1. */
export function normalised(v: Point): Point {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** 0 below `low`, 1 above `high`, smooth in between. */
export function smoothStep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** The larger of two distances with the edge between them rounded by `radius` millimetres. */
export function smoothMax(a: number, b: number, radius: number): number {
  const h = Math.max(radius - Math.abs(a - b), 0) / radius;
  return Math.max(a, b) + (h * h * radius) / 4;
}

/** An ellipsoid turned about the z axis by `turn` radians. */
export function ellipsoid(centre: Point, radii: Point, turn = 0): Shape {
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radii;
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const reach: Point = [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos), rz];
  return {
    box: { min: along(centre, reach, -1), max: along(centre, reach) },
    distance: (x, y, z) => {
      const dx = x - cx;
      const dy = y - cy;
      const u = (dx * cos + dy * sin) / rx;
      const v = (dy * cos - dx * sin) / ry;
      const w = (z - cz) / rz;
      const scaled = Math.sqrt(u * u + v * v + w * w);
      const gradient = Math.sqrt((u / rx) ** 2 + (v / ry) ** 2 + (w / rz) ** 2);
      // First-order distance of an implicit surface: value over gradient length.
      return gradient === 0 ? -Math.min(rx, ry, rz) : (scaled * (scaled - 1)) / gradient;
    },
  };
}

/** A piece of tube from `a` to `b` with rounded ends, its radius running from `ra` to `rb`. */
export function capsule(a: Point, b: Point, ra: number, rb: number): Tube {
  const [ax, ay, az] = a;
  const dx = b[0] - ax;
  const dy = b[1] - ay;
  const dz = b[2] - az;
  const squared = dx * dx + dy * dy + dz * dz || 1;
  const r = Math.max(ra, rb);
  return {
    from: a,
    to: b,
    fromRadius: ra,
    toRadius: rb,
    box: {
      min: [Math.min(ax, b[0]) - r, Math.min(ay, b[1]) - r, Math.min(az, b[2]) - r],
      max: [Math.max(ax, b[0]) + r, Math.max(ay, b[1]) + r, Math.max(az, b[2]) + r],
    },
    distance: (x, y, z) => {
      const px = x - ax;
      const py = y - ay;
      const pz = z - az;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) / squared));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const ez = pz - t * dz;
      return Math.sqrt(ex * ex + ey * ey + ez * ez) - (ra + (rb - ra) * t);
    },
  };
}

/** Points of a smooth curve through `knots` (Catmull-Rom), `steps` to each piece. */
export function curve(knots: readonly Point[], steps: number): Point[] {
  const knot = (i: number) => knots[Math.min(knots.length - 1, Math.max(0, i))]!;
  const points: Point[] = [];
  for (let i = 0; i + 1 < knots.length; i++) {
    for (let s = 0; s < steps; s++) {
      points.push(catmullRom(knot(i - 1), knot(i), knot(i + 1), knot(i + 2), s / steps));
    }
  }
  points.push(knot(knots.length - 1));
  return points;
}

function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const axis = (i: 0 | 1 | 2) =>
    b[i] +
    0.5 *
      t *
      (c[i] -
        a[i] +
        t * (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i] + t * (3 * (b[i] - c[i]) + d[i] - a[i])));
  return [axis(0), axis(1), axis(2)];
}
