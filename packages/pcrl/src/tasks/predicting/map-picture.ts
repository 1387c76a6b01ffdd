import {
  composeGrid,
  type GridCell,
  greyRaster,
  overlayHeat,
  type Plane,
  type Raster,
  resizePlane,
  trueSize,
} from '../../pictures/index.js';
import type { Attention } from './attention.js';

/** Classes shown, the likeliest first. */
const SHOWN = 4;
const CELL_WIDTH = 320;

/** The image in the plane of its likeliest class, and beside it the maps of the likeliest classes. */
export function mapPicture(attention: readonly Attention[]): Raster {
  const likeliest = [...attention].sort((a, b) => b.score - a.score).slice(0, SHOWN);
  const first = likeliest
    .slice(0, 1)
    .map(({ plane }) => ({ raster: enlarged(plane), caption: 'image' }));
  return composeGrid({ rows: [[...first, ...likeliest.map(heatCell)]] });
}

function heatCell({ plane, heat, name, score }: Attention): GridCell {
  const raster = enlarged(plane);
  const large = resizePlane(heat, raster.width, raster.height);
  return { raster: overlayHeat(raster, large), caption: `${name} ${score.toFixed(2)}` };
}

function enlarged(plane: Plane): Raster {
  const { width, height } = trueSize(plane, CELL_WIDTH);
  return greyRaster(resizePlane(plane, width, height));
}
