import type { Anatomy } from './anatomy.js';
import type { Canvas, Tissue, TubePainter } from './canvas.js';
import { capsule, curve, ellipsoid, type Point, type Shape } from './geometry.js';
import { phantomLabels } from './labels.js';
import type { Torso } from './torso.js';

/** Paints spine, ribs with their cartilage, sternum and shoulder blades. */
export function paintSkeleton(canvas: Canvas, torso: Torso, anatomy: Anatomy): void {
  paintRibs(canvas, torso, anatomy);
  paintAxialBones(canvas, torso, anatomy);
}

/** Paints the ribs with their cartilage. */
export function paintRibs(canvas: TubePainter, torso: Torso, anatomy: Anatomy): void {
  const bone = boneTissue(anatomy);
  for (const z of vertebraHeights(anatomy)) paintRibPair(canvas, torso, anatomy, z, bone);
}

/** Paints sternum, shoulder blades and spine. */
export function paintAxialBones(canvas: Canvas, torso: Torso, anatomy: Anatomy): void {
  const bone = boneTissue(anatomy);
  paintSternum(canvas, anatomy, bone);
  for (const side of [-1, 1]) paintShoulderBlade(canvas, torso, anatomy, side, bone);
  paintSpine(canvas, torso, anatomy, bone);
}

/** A dense cortex around lighter marrow. */
export function boneTissue({ tissue }: Anatomy): Tissue {
  return (_x, _y, _z, d) => (d > -2 ? tissue.cortex : tissue.marrow);
}

function vertebraHeights({ spine }: Anatomy): number[] {
  const heights: number[] = [];
  for (let z = -200 + spine.phase; z < 200; z += spine.pitch) heights.push(z);
  return heights;
}

function paintSpine(canvas: Canvas, torso: Torso, anatomy: Anatomy, bone: Tissue): void {
  const { pitch } = anatomy.spine;
  const label = phantomLabels.spine;
  for (const z of vertebraHeights(anatomy)) {
    const { x, y } = torso.spineAt(z);
    for (const side of [-1, 1]) {
      const process = capsule([x + side * 12, y - 22, z], [x + side * 32, y - 27, z - 2], 5, 4);
      canvas.paint(process, { tissue: bone, label });
    }
    const spinous = capsule([x, y - 30, z - 2], [x, y - 48, z - 18], 5, 3.5);
    canvas.paint(spinous, { tissue: bone, label });
    canvas.paint(ellipsoid([x, y - 19, z], [15, 13, 0.4 * pitch]), { tissue: bone, label });
    canvas.paint(discAndBody(x, y, z, pitch), {
      tissue: (px, py, pz, d) => {
        const fromMiddle = Math.abs(pz - z) / pitch;
        if (fromMiddle > 0.4) return 85;
        return fromMiddle > 0.33 ? anatomy.tissue.cortex : asNumber(bone, px, py, pz, d);
      },
      label,
    });
  }
  paintCanal(canvas, torso);
}

function asNumber(tissue: Tissue, x: number, y: number, z: number, d: number): number {
  return typeof tissue === 'number' ? tissue : tissue(x, y, z, d);
}

/** One vertebral body with half a disc above and below; its waist is slimmer than its plates. */
function discAndBody(x: number, y: number, z: number, pitch: number): Shape {
  const half = pitch / 2;
  return {
    box: { min: [x - 20, y - 18, z - half], max: [x + 20, y + 18, z + half] },
    distance: (px, py, pz) => {
      const t = (pz - z) / half;
      const radius = 15.5 + 2.5 * t * t;
      const across = Math.hypot((px - x) / 1.12, py - y) - radius;
      return Math.max(across, Math.abs(pz - z) - half - 0.5);
    },
  };
}

function paintCanal(canvas: Canvas, torso: Torso): void {
  const canal: Shape = {
    box: { min: [-40, -110, -400], max: [40, -40, 400] },
    distance: (x, y, z) => {
      const spine = torso.spineAt(z);
      return Math.hypot((x - spine.x) / 1.2, y - spine.y + 22.5) - 6.5;
    },
  };
  canvas.paint(canal, { tissue: 28, label: 0 });
}

/** Two ribs: from the vertebra around the chest, lower in front, ending in cartilage. */
function paintRibPair(
  canvas: TubePainter,
  torso: Torso,
  anatomy: Anatomy,
  z: number,
  bone: Tissue,
): void {
  const { width, depth } = anatomy.cavity;
  const top = anatomy.cavity.apex - 4;
  if (z > top || z < -190) return;
  const spine = torso.spineAt(z);
  for (const side of [-1, 1]) {
    const knots: Point[] = [[spine.x + side * 20, spine.y - 20, z]];
    // The angle runs from the back (0) over the flank (pi / 2) to the front (pi).
    for (const angle of [0.42, 0.75, 1.1, 1.5, 1.9, 2.25, 2.55, 2.8]) {
      const down = z - anatomy.ribDrop * (1 - Math.cos(angle)) * 0.5;
      const c = torso.cavityProfile(down);
      knots.push([
        side * (width * c + 6) * Math.sin(angle),
        -2 - (depth * c + 6) * Math.cos(angle),
        down,
      ]);
    }
    paintRib(canvas, knots, bone);
  }
}

function paintRib(canvas: TubePainter, knots: readonly Point[], bone: Tissue): void {
  const points = curve(knots, 3);
  const cartilageFrom = Math.round(points.length * 0.86);
  const piece = (i: number, radius: number) => capsule(points[i]!, points[i + 1]!, radius, radius);
  const pieces = points.slice(1).map((_, i) => piece(i, i < cartilageFrom ? 5 : 4.2));
  canvas.paintTubes(pieces.slice(0, cartilageFrom), { tissue: bone });
  canvas.paintTubes(pieces.slice(cartilageFrom), { tissue: 95 });
}

function paintSternum(canvas: Canvas, anatomy: Anatomy, bone: Tissue): void {
  const y = anatomy.cavity.depth + 3;
  const plate: Shape = {
    box: { min: [-26, y - 40, -70], max: [26, y + 10, 100] },
    distance: (x, py, z) => {
      const lean = y - 0.0016 * Math.max(0, z + 10) ** 2;
      const half = z > 55 ? 22 : 15;
      return Math.max(Math.abs(x) - half, Math.abs(py - lean) - 5.5, Math.abs(z - 18) - 72);
    },
  };
  canvas.paint(plate, { tissue: bone });
}

function paintShoulderBlade(
  canvas: Canvas,
  torso: Torso,
  { cavity }: Anatomy,
  side: number,
  bone: Tissue,
): void {
  const blade: Shape = {
    box: { min: [side < 0 ? -150 : 40, -140, 10], max: [side < 0 ? -40 : 150, 0, 130] },
    distance: (x, y, z) => {
      const c = torso.cavityProfile(z);
      const u = x / (cavity.width * c + 19);
      const v = (y + 2) / (cavity.depth * c + 19);
      const offWall = Math.abs(Math.sqrt(u * u + v * v) - 1) * 95 - 3;
      const angle = Math.atan2(Math.abs(x), -(y + 2));
      const wide = Math.abs(angle - 0.95) * 90 - 10 - 0.28 * (z - 10);
      return Math.max(offWall, wide, Math.abs(z - 68) - 58);
    },
  };
  canvas.paint(blade, { tissue: bone });
}
