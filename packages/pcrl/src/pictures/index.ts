export { bodyWindow } from './body-window.js';
export { drawBoxes, type PictureBox } from './boxes.js';
export { drawText, textWidth } from './font.js';
export { fullestSlice } from './fullest-slice.js';
export { composeGrid, type GridCell, type PictureGrid } from './grid.js';
export { overlayHeat } from './heat.js';
export { overlayLabels, overlayOutcome } from './overlay.js';
export { labelColour, labelColours, outcomeColours } from './palette.js';
export {
  type Cut,
  type Cuttable,
  ctWindows,
  greyRaster,
  imagePlane,
  type LabelPlane,
  type Plane,
  resizeLabels,
  resizePlane,
  sliceLabels,
  slicePlane,
  trueSize,
  type Window,
  windowOf,
} from './plane.js';
export { blankRaster, type Colour, encodePng, pasteRaster, type Raster } from './raster.js';
