import { drawText, lineHeight, textWidth } from './font.js';
import { type Colour, copyRaster, mixPixel, type Raster } from './raster.js';

/** A rectangle in pixels of a picture; (x, y) is its upper left corner. */
export interface PictureBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: Colour;
  /** A short name, written into the upper left corner. */
  readonly name?: string;
  /** Drawn in dashes: it lies before or behind what the picture shows. */
  readonly dashed?: boolean;
}

const thickness = 2;
const dash = 4;
const black: Colour = [0, 0, 0];

/** A picture with boxes drawn in: crops, say. */
export function drawBoxes(raster: Raster, boxes: readonly PictureBox[]): Raster {
  const drawn = copyRaster(raster);
  for (const box of boxes) drawFrame(drawn, box);
  for (const box of boxes) drawName(drawn, box);
  return drawn;
}

function drawFrame(raster: Raster, box: PictureBox): void {
  const left = Math.round(box.x);
  const top = Math.round(box.y);
  const right = Math.round(box.x + box.width) - 1;
  const bottom = Math.round(box.y + box.height) - 1;
  const isInked = (along: number) => !box.dashed || along % (2 * dash) < dash;
  for (let inset = 0; inset < thickness; inset++) {
    for (let x = left; x <= right; x++) {
      if (!isInked(x - left)) continue;
      mixPixel(raster, x, top + inset, box.colour);
      mixPixel(raster, x, bottom - inset, box.colour);
    }
    for (let y = top; y <= bottom; y++) {
      if (!isInked(y - top)) continue;
      mixPixel(raster, left + inset, y, box.colour);
      mixPixel(raster, right - inset, y, box.colour);
    }
  }
}

function drawName(raster: Raster, box: PictureBox): void {
  if (box.name === undefined) return;
  const x = Math.round(box.x) + thickness;
  const y = Math.round(box.y) + thickness;
  const width = textWidth(box.name, 1) + 4;
  for (let v = 0; v < lineHeight(1); v++) {
    for (let u = 0; u < width; u++) mixPixel(raster, x + u, y + v, box.colour);
  }
  drawText(raster, box.name, x + 2, y + 1, { scale: 1, colour: black });
}
