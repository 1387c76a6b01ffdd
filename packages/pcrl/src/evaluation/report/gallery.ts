import type { Colour, PictureGrid } from '../../pictures/index.js';
import { type Html, html, prose } from './html.js';

/** Pictures that belong together, in rows. */
export interface ReportPicture {
  /** Of its PNG file. */
  readonly name: string;
  readonly grid: PictureGrid;
  /** What the pictures show, for those who do not see them. */
  readonly alt: string;
  readonly caption: string;
  /** Pictures side by side on a wide page; as many as fit, in lines of equal length, when left out. */
  readonly across?: number;
  readonly keys?: readonly ColourKey[];
}

/** Colours used in pictures and what they mean. */
export interface ColourKey {
  /** Of which of the pictures, where colours mean different things in some. */
  readonly of?: string;
  readonly entries: readonly { readonly colour: Colour; readonly meaning: string }[];
}

/** Columns that a page has room for. */
const MOST_COLUMNS = 4;

/**
 * Pictures as they stand in a page: each with its words as text beneath, so that they wrap on a phone and
 * letters keep their size.
 *
 * @param pngs bytes of a PNG file for each cell of the grid
 */
export function gallery(
  { grid, alt, caption, across, keys = [] }: ReportPicture,
  pngs: readonly (readonly Uint8Array[])[],
): Html {
  const { columnTitles = [], rowTitles = [] } = grid;
  const rows = grid.rows.map((cells, row) => {
    const pictures = cells.map((cell, column) => {
      const title = columnTitles[column];
      const words = [alt, rowTitles[row], title].filter((word) => word !== undefined).join('; ');
      const data = Buffer.from(pngs[row]![column]!).toString('base64');
      return html`<div><img src="data:image/png;base64,${data}" alt="${words}">
${title === undefined ? '' : html`<p class="strong">${title}</p>`}${cell.caption === undefined ? '' : html`<p>${prose(cell.caption)}</p>`}</div>
`;
    });
    return html`<div class="gallery-row">
${rowTitles[row] === undefined ? '' : html`<p>${prose(rowTitles[row])}</p>`}
<div class="cells" style="--columns: ${across ?? columnsFor(cells.length)}">
${pictures}</div></div>
`;
  });
  return html`<figure class="gallery">
${rows}${keys.map(colourKey)}
<figcaption>${prose(caption)}</figcaption>
</figure>
`;
}

function colourKey({ of, entries }: ColourKey): Html {
  const items = entries.map(
    ({ colour, meaning }) =>
      html`<li><span class="swatch" style="background: rgb(${colour.join(', ')})"></span>${meaning}</li>`,
  );
  return html`<ul class="key">${of === undefined ? '' : html`<li>${of}:</li>`}${items}</ul>`;
}

/** As many as fit, and lines of equal length. */
function columnsFor(cells: number): number {
  const lines = Math.ceil(cells / MOST_COLUMNS);
  return Math.max(2, Math.ceil(cells / lines));
}
