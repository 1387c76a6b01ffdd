import { imagePlane, type Plane, slicePlane } from '../../pictures/index.js';
import type { ClassificationSettings } from '../../settings/index.js';
import type { Box } from '../../views/drawing/box.js';
import type { VoxelGrid } from '../../views/drawing/voxel-grid.js';
import { centralView, type Picture } from '../pictures.js';
import type { ActivationMap } from './class-activation.js';

/** An activation map with what the network makes of its class. */
export interface ClassMap extends ActivationMap {
  readonly name: string;
  readonly score: number;
}

/** Where in an image a network looks for one class. */
export interface Attention {
  readonly name: string;
  readonly score: number;
  /** The picture, or the slice of a volume in which the map is highest. */
  readonly plane: Plane;
  /** Of the plane's size: positive values of the map over its highest one, 0 where the network saw nothing. */
  readonly heat: Plane;
}

/** Maps of a picture, over the whole of it. */
export function attentionInPicture(
  { size, pixels }: Picture,
  views: ClassificationSettings['views'],
  maps: readonly ClassMap[],
): readonly Attention[] {
  const [height, width] = size as [number, number];
  const plane = imagePlane({ size: [width, height], spacing: [1, 1], voxels: pixels });
  const seen = centralView({ size }, [...views.size].reverse()).box;
  return maps.map(({ name, score, size: cells, values }) => {
    const heat = spreadOver({ size: cells, voxels: values }, seen, [height, width]);
    return { name, score, plane, heat: { ...plane, values: heat } };
  });
}

/**
 * Maps of a volume, each in the axial slice in which it is highest.
 *
 * @param seen what the network saw of the volume
 */
export function attentionInVolume(
  { size, spacing, voxels }: VoxelGrid & { readonly spacing: readonly number[] },
  seen: Box,
  maps: readonly ClassMap[],
): readonly Attention[] {
  return maps.map((map) => {
    const layer = highestLayer(map);
    const depth = map.size[2]!;
    const z = Math.floor(seen.start[2]! + ((layer + 0.5) * seen.size[2]!) / depth);
    const inside = Math.min(Math.max(z, 0), size[2]! - 1);
    const inLayer = { size: map.size.slice(0, 2), voxels: layerOf(map, layer) };
    const heat = spreadOver(inLayer, firstTwo(seen), size.slice(0, 2));
    const flat = { size: [...size.slice(0, 2), 1], spacing, voxels: heat };
    return {
      name: map.name,
      score: map.score,
      plane: slicePlane({ size, spacing, voxels }, 'axial', inside),
      heat: slicePlane(flat, 'axial', 0),
    };
  });
}

/**
 * A map stretched over the box that the network saw, on the grid of the image: linear between the centres
 * of its cells, positive values over the highest one, 0 outside the box.
 */
export function spreadOver(map: VoxelGrid, seen: Box, size: readonly number[]): Float32Array {
  const [rows, columns] = map.size as [number, number];
  const highest = map.voxels.reduce((most, value) => Math.max(most, value), 0) || 1;
  const value = (row: number, column: number) =>
    Math.max(0, map.voxels[row * columns + column]!) / highest;
  const [down, across] = size.map((side, axis) =>
    Array.from({ length: side }, (_, i) => placeIn(i, seen, axis, map.size[axis]!)),
  ) as [(Place | undefined)[], (Place | undefined)[]];
  const out = new Float32Array(down.length * across.length);
  down.forEach((row, y) => {
    across.forEach((column, x) => {
      if (!row || !column) return;
      const [below, right] = [
        Math.min(row.low + 1, rows - 1),
        Math.min(column.low + 1, columns - 1),
      ];
      const upper =
        value(row.low, column.low) * (1 - column.share) + value(row.low, right) * column.share;
      const lower =
        value(below, column.low) * (1 - column.share) + value(below, right) * column.share;
      out[y * across.length + x] = upper * (1 - row.share) + lower * row.share;
    });
  });
  return out;
}

/** Between two cells of a map. */
interface Place {
  readonly low: number;
  readonly share: number;
}

function placeIn(pixel: number, { start, size }: Box, axis: number, cells: number) {
  const within = (pixel + 0.5 - start[axis]!) / size[axis]!;
  if (within < 0 || within > 1) return undefined;
  const place = Math.min(Math.max(within * cells - 0.5, 0), cells - 1);
  const low = Math.floor(place);
  return { low, share: place - low };
}

/** The layer along the last axis that holds the highest value. */
function highestLayer({ size, values }: ActivationMap): number {
  const highest = values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
  return highest % size[2]!;
}

function layerOf({ size, values }: ActivationMap, layer: number): Float32Array {
  const depth = size[2]!;
  return Float32Array.from({ length: values.length / depth }, (_, i) => values[i * depth + layer]!);
}

function firstTwo({ start, size }: Box): Box {
  return { start: start.slice(0, 2), size: size.slice(0, 2) };
}
