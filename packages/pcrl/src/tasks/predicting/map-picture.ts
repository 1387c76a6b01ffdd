import {
  composeGrid,
  type GridCell,
  greyRaster,
  overlayHeat,
  type Plane,
  type Raster,
  resizePlane,
  slicePlane,
  trueSize,
} from '../../pictures/index.js';
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

/** Classes shown, the likeliest first. */
const SHOWN = 4;
const CELL_WIDTH = 320;

/** A picture, and beside it the maps of its likeliest classes. */
export function mapsOverPicture(
  { size, pixels }: Picture,
  views: ClassificationSettings['views'],
  maps: readonly ClassMap[],
): Raster {
  const [height, width] = size as [number, number];
  const plane: Plane = { width, height, values: Float32Array.from(pixels), spacing: [1, 1] };
  const seen = centralView({ size }, [...views.size].reverse()).box;
  const cells = likeliest(maps).map((map) => {
    const values = spreadOver({ size: map.size, voxels: map.values }, seen, [height, width]);
    return heatCell(plane, { ...plane, values }, map);
  });
  return composeGrid({ rows: [[{ raster: enlarged(plane), caption: 'image' }, ...cells]] });
}

/**
 * The axial slice in which the map of the likeliest class is highest, and each map in its own such slice.
 *
 * @param seen what the network saw of the volume
 */
export function mapsOverVolume(
  { size, spacing, voxels }: VoxelGrid & { readonly spacing: readonly number[] },
  seen: Box,
  maps: readonly ClassMap[],
): Raster {
  const planeAt = (z: number) => slicePlane({ size, spacing, voxels }, 'axial', z);
  const shown = likeliest(maps).map((map) => {
    const layer = highestLayer(map);
    const depth = map.size[2]!;
    const z = Math.floor(seen.start[2]! + ((layer + 0.5) * seen.size[2]!) / depth);
    const inside = Math.min(Math.max(z, 0), size[2]! - 1);
    const inLayer = { size: map.size.slice(0, 2), voxels: layerOf(map, layer) };
    const heat = spreadOver(inLayer, firstTwo(seen), size.slice(0, 2));
    return { map, z: inside, heat };
  });
  const cells = shown.map(({ map, z, heat }) => {
    const flat = { size: [...size.slice(0, 2), 1], spacing, voxels: heat };
    return heatCell(planeAt(z), slicePlane(flat, 'axial', 0), map);
  });
  const first = enlarged(planeAt(shown[0]?.z ?? size[2]! >> 1));
  return composeGrid({ rows: [[{ raster: first, caption: 'image' }, ...cells]] });
}

function likeliest(maps: readonly ClassMap[]): readonly ClassMap[] {
  return [...maps].sort((a, b) => b.score - a.score).slice(0, SHOWN);
}

function heatCell(plane: Plane, heat: Plane, { name, score }: ClassMap): GridCell {
  const raster = enlarged(plane);
  const large = resizePlane(heat, raster.width, raster.height);
  return { raster: overlayHeat(raster, large), caption: `${name} ${score.toFixed(2)}` };
}

function enlarged(plane: Plane): Raster {
  const { width, height } = trueSize(plane, CELL_WIDTH);
  return greyRaster(resizePlane(plane, width, height));
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
