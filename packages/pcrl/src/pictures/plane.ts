import type { Raster } from './raster.js';

/** A grey picture in its own unit (Hounsfield units, say), row by row from the top. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** Millimetres of a pixel across and down; equal numbers where only the shape is known. */
  readonly spacing: readonly [number, number];
}

/** A mask on a {@link Plane}: a label a pixel, 0 for none. */
export interface LabelPlane {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array;
}

/** A volume to cut: RAS+, `[X, Y, Z]` row-major, z fastest. */
export interface Cuttable<T extends ArrayLike<number> = ArrayLike<number>> {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly voxels: T;
}

/** The three ways of cutting a body. */
export type Cut = 'axial' | 'coronal' | 'sagittal';

/**
 * One slice, laid out as radiologists look at it: the patient's right on the left, front at the top
 * (axial) or head at the top (coronal, sagittal: front on the left).
 *
 * @param index slice along z (axial), y (coronal) or x (sagittal); the middle one when left out
 */
export function slicePlane(volume: Cuttable, cut: Cut, index?: number): Plane {
  const { width, height, spacing, at } = layOutSlice(volume, cut, index);
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    values[i] = volume.voxels[at(i % width, Math.floor(i / width))]!;
  }
  return { width, height, values, spacing };
}

/** As {@link slicePlane}, of a mask. */
export function sliceLabels(mask: Cuttable<Uint8Array>, cut: Cut, index?: number): LabelPlane {
  const { width, height, values } = slicePlane(mask, cut, index);
  return { width, height, labels: Uint8Array.from(values) };
}

/** A 2D image, `[H, W]` row-major, as a plane. */
export function imagePlane(image: Cuttable): Plane {
  const [width, height] = image.size as [number, number];
  const values = Float32Array.from({ length: width * height }, (_, i) => image.voxels[i]!);
  return { width, height, values, spacing: [image.spacing[0] ?? 1, image.spacing[1] ?? 1] };
}

/** Stretches a plane to a number of pixels, linearly between its own. */
export function resizePlane(plane: Plane, width: number, height: number): Plane {
  const values = new Float32Array(width * height);
  const across = linearWeights(plane.width, width);
  const down = linearWeights(plane.height, height);
  for (let y = 0; y < height; y++) {
    const { low: top, share: v } = down[y]!;
    const bottom = Math.min(top + 1, plane.height - 1);
    for (let x = 0; x < width; x++) {
      const { low: left, share: u } = across[x]!;
      const right = Math.min(left + 1, plane.width - 1);
      const value = (px: number, py: number) => plane.values[py * plane.width + px]!;
      const upper = value(left, top) * (1 - u) + value(right, top) * u;
      const lower = value(left, bottom) * (1 - u) + value(right, bottom) * u;
      values[y * width + x] = upper * (1 - v) + lower * v;
    }
  }
  const [sx, sy] = plane.spacing;
  return {
    width,
    height,
    values,
    spacing: [(sx * plane.width) / width, (sy * plane.height) / height],
  };
}

/** Stretches a mask to a number of pixels; each takes the label it lies in. */
export function resizeLabels(plane: LabelPlane, width: number, height: number): LabelPlane {
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * plane.height) / height) * plane.width;
    for (let x = 0; x < width; x++) {
      labels[y * width + x] = plane.labels[row + Math.floor(((x + 0.5) * plane.width) / width)]!;
    }
  }
  return { width, height, labels };
}

/** Pixels for a plane that is to be `width` wide with the body's true proportions. */
export function trueSize(plane: Plane, width: number): { width: number; height: number } {
  const [sx, sy] = plane.spacing;
  const height = Math.max(1, Math.round((width * plane.height * sy) / (plane.width * sx)));
  return { width, height };
}

/** The values shown as black and as white. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** Common windows of CT in Hounsfield units. */
export const ctWindows: Readonly<Record<'lung' | 'softTissue' | 'bone', Window>> = {
  lung: { low: -1350, high: 150 },
  softTissue: { low: -160, high: 240 },
  bone: { low: -450, high: 1050 },
};

/** A window that fits the values: from their 0.5 to their 99.5 percentile. */
export function windowOf(values: ArrayLike<number>): Window {
  const sorted = Float32Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(0.005), high: at(0.995) };
}

/** A plane in shades of grey. */
export function greyRaster(plane: Plane, window: Window = windowOf(plane.values)): Raster {
  const pixels = new Uint8Array(plane.values.length * 3);
  const range = window.high - window.low || 1;
  plane.values.forEach((value, i) => {
    const share = Math.min(1, Math.max(0, (value - window.low) / range));
    pixels.fill(Math.round(255 * share), 3 * i, 3 * i + 3);
  });
  return { width: plane.width, height: plane.height, pixels };
}

interface SliceLayout {
  readonly width: number;
  readonly height: number;
  readonly spacing: readonly [number, number];
  /** Index into the voxels of the pixel in column u, row v. */
  readonly at: (u: number, v: number) => number;
}

function layOutSlice(volume: Cuttable, cut: Cut, index?: number): SliceLayout {
  const [sizeX, sizeY, sizeZ] = volume.size as [number, number, number];
  const [sx, sy, sz] = volume.spacing as [number, number, number];
  const at = (x: number, y: number, z: number) => (x * sizeY + y) * sizeZ + z;
  const up = (row: number, size: number) => size - 1 - row;
  if (cut === 'axial') {
    const z = index ?? sizeZ >> 1;
    return {
      width: sizeX,
      height: sizeY,
      spacing: [sx, sy],
      at: (u, v) => at(up(u, sizeX), up(v, sizeY), z),
    };
  }
  if (cut === 'coronal') {
    const y = index ?? sizeY >> 1;
    return {
      width: sizeX,
      height: sizeZ,
      spacing: [sx, sz],
      at: (u, v) => at(up(u, sizeX), y, up(v, sizeZ)),
    };
  }
  const x = index ?? sizeX >> 1;
  return {
    width: sizeY,
    height: sizeZ,
    spacing: [sy, sz],
    at: (u, v) => at(x, up(u, sizeY), up(v, sizeZ)),
  };
}

/** For each new pixel the old one at or before its centre, and the share of the one after. */
function linearWeights(from: number, to: number): { low: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(place);
    return { low, share: place - low };
  });
}
