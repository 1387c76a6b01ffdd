import { basename } from 'node:path';
import type { Case } from '../datasets/index.js';
import { type Image, worldToVoxel } from '../images/index.js';
import {
  blankRaster,
  bodyWindow,
  composeGrid,
  drawBoxes,
  drawText,
  type GridCell,
  greyRaster,
  imagePlane,
  labelColours,
  overlayLabels,
  type PictureBox,
  pasteRaster,
  type Raster,
  resizeLabels,
  resizePlane,
  sliceLabels,
  slicePlane,
  textWidth,
  type Window,
} from '../pictures/index.js';
import type { ReadCase } from './voxels.js';

const TILE = 200;
const COLUMNS = 6;
/** From air to dense bone, so that lungs and soft tissue both show. */
const CT_WINDOW: Window = { low: -1000, high: 500 };

/** Small pictures of cases: the middle slice of a volume, or the one with most of its mask or a nodule. */
export class ContactSheet {
  readonly #rows: GridCell[][] = [];
  #tilesInRow = COLUMNS;

  /** Draws a case; its voxels are not kept. */
  add(read: ReadCase): void {
    const tiles = read.channels.map((image) => centred(tileOf(image, read)));
    // Between channels that stand side by side letters would puzzle.
    if (read.channels[0]?.size.length === 3) markSides(tiles[0]!);
    if (this.#tilesInRow + tiles.length > COLUMNS) {
      this.#rows.push([]);
      this.#tilesInRow = 0;
    }
    this.#tilesInRow += tiles.length;
    const raster = sideBySide(tiles);
    const caption = captionOf(nameOf(read.item), raster.width);
    this.#rows.at(-1)!.push({ raster, caption });
  }

  /** The sheet; undefined without a case. */
  compose(): Raster | undefined {
    return this.#rows.length > 0 ? composeGrid({ rows: this.#rows }) : undefined;
  }
}

/** A file's name; the patient's where the name says only which view or channel it is. */
function nameOf({ image, channels, patient }: Case): string {
  const name = basename(image);
  return patient !== undefined && (channels || /^view\d/i.test(name)) ? patient : name;
}

/** The end of a name tells files of one folder apart; the font has no accents. */
function captionOf(fullName: string, width: number): string {
  const name = fullName
    .replace(/\.(nii(\.gz)?|mh[ad]|png|jpe?g)$/i, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  let caption = name;
  for (let cut = 1; textWidth(caption, 2) > width && cut < name.length; cut++) {
    caption = `..${name.slice(cut)}`;
  }
  return caption;
}

function centred(tile: Raster): Raster {
  const page = blankRaster(TILE, TILE, [0, 0, 0]);
  pasteRaster(page, tile, (TILE - tile.width) >> 1, (TILE - tile.height) >> 1);
  return page;
}

/** Whose left and right: radiologists look from the feet, so the patient's right is on the left. */
function markSides(tile: Raster): void {
  const style = { scale: 2, colour: [226, 229, 233] } as const;
  const ground = blankRaster(14, 20, [0, 0, 0]);
  const top = (tile.height - ground.height) >> 1;
  const right = tile.width - ground.width;
  pasteRaster(tile, ground, 0, top);
  pasteRaster(tile, ground, right, top);
  drawText(tile, 'R', 2, top + 3, style);
  drawText(tile, 'L', right + 2, top + 3, style);
}

function tileOf(image: Image, { item, mask }: ReadCase): Raster {
  if (image.size.length === 2) {
    const plane = imagePlane(image);
    const { width, height } = inTile(plane);
    return greyRaster(resizePlane(plane, width, height), { low: 0, high: 1 });
  }
  const nodule = item.points?.find(({ label }) => label === 1);
  const place = nodule && worldToVoxel(image, nodule.position).map(Math.round);
  const slice = place ? clamp(place[2]!, image.size[2]!) : sliceOf(image, mask);
  const plane = slicePlane(image, 'axial', slice);
  const { width, height } = inTile(plane);
  const window = image.unit === 'HU' ? CT_WINDOW : bodyWindow(plane);
  const raster = greyRaster(resizePlane(plane, width, height), window);
  if (place) return drawBoxes(raster, [boxAt(place, image, raster)]);
  if (!mask || mask.size.join() !== image.size.join()) return raster;
  const labels = sliceLabels({ ...mask, voxels: Uint8Array.from(mask.voxels) }, 'axial', slice);
  return overlayLabels(raster, resizeLabels(labels, width, height));
}

/** The slice with most of the mask; the middle one, or where that is empty the fullest. */
function sliceOf(image: Image, mask: Image | undefined): number {
  const depth = image.size[2]!;
  if (mask && mask.size.join() === image.size.join()) return fullestSlice(mask.voxels, depth);
  const middle = slicePlane(image, 'axial').values;
  const isEmpty = middle.every((value) => value === middle[0]);
  return isEmpty ? fullestSlice(image.voxels, depth) : depth >> 1;
}

function fullestSlice(voxels: Float32Array, depth: number): number {
  const counts = new Uint32Array(depth);
  voxels.forEach((value, i) => {
    if (value !== 0) counts[i % depth]!++;
  });
  const most = Math.max(...counts);
  return most === 0 ? depth >> 1 : counts.indexOf(most);
}

/** Fits a plane into a tile with the body's true proportions. */
function inTile(plane: {
  readonly width: number;
  readonly height: number;
  readonly spacing: readonly number[];
}) {
  const across = plane.width * plane.spacing[0]!;
  const down = plane.height * plane.spacing[1]!;
  const scale = TILE / Math.max(across, down);
  const pixels = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: pixels(across), height: pixels(down) };
}

/** Axial slices show the patient's right on the left and the front at the top. */
function boxAt(place: readonly number[], { size }: Image, raster: Raster): PictureBox {
  const side = TILE / 8;
  const x = ((size[0]! - 0.5 - place[0]!) / size[0]!) * raster.width;
  const y = ((size[1]! - 0.5 - place[1]!) / size[1]!) * raster.height;
  return { x: x - side / 2, y: y - side / 2, width: side, height: side, colour: labelColours[1]! };
}

function sideBySide(tiles: readonly Raster[]): Raster {
  const [first] = tiles;
  if (tiles.length === 1 && first) return first;
  const width = tiles.reduce((sum, tile) => sum + tile.width, 0);
  const page = blankRaster(width, Math.max(...tiles.map(({ height }) => height)), [0, 0, 0]);
  let x = 0;
  for (const tile of tiles) {
    pasteRaster(page, tile, x, 0);
    x += tile.width;
  }
  return page;
}

function clamp(index: number, size: number): number {
  return Math.min(size - 1, Math.max(0, index));
}
