/** A piece of HTML in which every text has been escaped. */
export class Html {
  constructor(readonly source: string) {}
}

/** What may stand between the pieces of an {@link html} template. */
export type HtmlValue = Html | string | number | readonly Html[];

/** Builds HTML from a template; strings and numbers that are put in are escaped. */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(pieces.map((piece, at) => piece + sourceOf(values[at] ?? '')).join(''));
}

/** The text with the characters that mean something to HTML replaced. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text for reading: a number and its percent sign stay on one line. */
export function prose(text: string): string {
  return text.replaceAll(/(\d) %/g, '$1\u00a0%');
}

function sourceOf(value: HtmlValue): string {
  if (value instanceof Html) return value.source;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map((part) => part.source).join('');
}
