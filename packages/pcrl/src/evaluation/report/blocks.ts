import { type Html, html, prose } from './html.js';

/** A paragraph of plain text. */
export function paragraph(text: string): Html {
  return html`<p>${prose(text)}</p>\n`;
}

/** One of the few numbers that answer the reader's question. */
export interface KeyFigure {
  readonly label: string;
  readonly value: string;
  /** What stands under the value: its interval, say. */
  readonly note?: string;
}

/** A row of large numbers. */
export function keyFigures(figures: readonly KeyFigure[]): Html {
  const items = figures.map(
    ({ label, value, note }) => html`<div><dt>${label}</dt>
<dd class="value">${value}</dd>
${note === undefined ? '' : html`<dd class="note">${note}</dd>`}</div>
`,
  );
  return html`<dl class="key-figures">${items}</dl>\n`;
}

/** A table; its first column names the rows. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  /** Cells as they are to be read; rows as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
  /** Rows to set off, by index: the best, say. */
  readonly emphasised?: readonly number[];
}

/** Draws a table. Columns of numbers stand to the right; on a narrow screen it scrolls sideways. */
export function table({ caption, columns, rows, emphasised = [] }: Table): Html {
  const numeric = columns.map((_, at) => at > 0 && rows.every((row) => isNumber(row[at] ?? '')));
  const side = (at: number) => (numeric[at] ? 'number' : 'text');
  const head = columns.map((title, at) => html`<th scope="col" class="${side(at)}">${title}</th>`);
  const body = rows.map((row, index) => {
    const cells = row.map((cell, at) =>
      at === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${side(at)}">${cell}</td>`,
    );
    return emphasised.includes(index)
      ? html`<tr class="emphasised">${cells}</tr>\n`
      : html`<tr>${cells}</tr>\n`;
  });
  return html`<figure class="table"><figcaption>${prose(caption)}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
</figure>
`;
}

/** Something that is there for those who look for it, folded away. */
export function details(summary: string, content: readonly Html[]): Html {
  return html`<details><summary>${summary}</summary>
${content}</details>
`;
}

/** Text in which line breaks and columns matter: a command, a config. */
export function preformatted(text: string): Html {
  return html`<pre tabindex="0">${text}</pre>\n`;
}

function isNumber(text: string): boolean {
  return /^[-+−±≈<>]?[\d.,\s]+.*$/.test(text) || /^[–—-]?$/.test(text);
}
