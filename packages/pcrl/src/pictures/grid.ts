import { drawText, fitText, lineHeight, textWidth } from './font.js';
import { blankRaster, type Colour, pasteRaster, type Raster } from './raster.js';

/** A picture in a grid, with a line of text under it, or several. */
export interface GridCell {
  readonly raster: Raster;
  readonly caption?: string;
}

/** Pictures in rows and columns. */
export interface PictureGrid {
  /** Rows from the top; a row may be shorter than others. */
  readonly rows: readonly (readonly GridCell[])[];
  /** A word over each column. */
  readonly columnTitles?: readonly string[];
  /** A word over each row. */
  readonly rowTitles?: readonly string[];
}

const gap = 8;
const textScale = 2;
const paper: Colour = [18, 20, 23];
const ink: Colour = [226, 229, 233];
const faintInk: Colour = [160, 166, 174];

/** Lays pictures out on a dark page, each in the middle of its column; text is cut to fit. */
export function composeGrid(grid: PictureGrid): Raster {
  const { rows, columnTitles = [], rowTitles = [] } = grid;
  const widths = columnWidths(rows);
  const line = lineHeight(textScale);
  const rowTitle = rowTitles.length > 0 ? line + 2 : 0;
  const heights = rows.map((row) => {
    const below = ({ raster, caption }: GridCell) => raster.height + line * linesOf(caption).length;
    return rowTitle + Math.max(0, ...row.map(below));
  });
  const top = gap + (columnTitles.length > 0 ? line : 0);
  const page = blankRaster(
    widths.reduce((sum, width) => sum + width + gap, gap),
    heights.reduce((sum, height) => sum + height + gap, top),
    paper,
  );
  const lefts = widths.map((_, at) =>
    widths.slice(0, at).reduce((x, width) => x + width + gap, gap),
  );
  columnTitles.forEach((title, at) => {
    writeCentred(page, title, lefts[at] ?? gap, gap / 2, widths[at] ?? 0, ink);
  });
  let y = top;
  rows.forEach((row, at) => {
    const title = rowTitles[at];
    if (title !== undefined) {
      const fitted = fitText(title, page.width - 2 * gap, textScale);
      drawText(page, fitted, gap, y, { scale: textScale, colour: ink });
    }
    row.forEach((cell, column) => {
      placeCell(page, cell, lefts[column]!, y + rowTitle, widths[column]!);
    });
    y += heights[at]! + gap;
  });
  return page;
}

function placeCell(page: Raster, cell: GridCell, x: number, y: number, width: number): void {
  const { raster, caption } = cell;
  pasteRaster(page, raster, x + ((width - raster.width) >> 1), y);
  linesOf(caption).forEach((text, at) => {
    const top = y + raster.height + 4 + at * lineHeight(textScale);
    writeCentred(page, text, x, top, width, faintInk);
  });
}

function linesOf(caption: string | undefined): readonly string[] {
  return caption?.split('\n') ?? [];
}

function writeCentred(
  page: Raster,
  text: string,
  x: number,
  y: number,
  width: number,
  colour: Colour,
): void {
  const fitted = fitText(text, width, textScale);
  const left = x + ((width - textWidth(fitted, textScale)) >> 1);
  drawText(page, fitted, left, y, { scale: textScale, colour });
}

function columnWidths(rows: PictureGrid['rows']): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.raster.width ?? 0)),
  );
}
