import { type Html, html, prose } from './html.js';
import { stylesheet } from './stylesheet.js';

/** A part of a report under its own heading. */
export interface Section {
  readonly heading: string;
  /** Paragraphs, tables, figures and charts in reading order. */
  readonly content: readonly Html[];
}

/** A whole report. */
export interface Report {
  readonly title: string;
  /** The answer in a sentence or two. */
  readonly lead: string;
  readonly sections: readonly Section[];
  /** How it was made: version, date, command. */
  readonly footer?: string;
}

/**
 * A report as one HTML file: pictures and charts are inside, nothing is loaded from anywhere, no
 * script runs. It adapts to phones, to paper, and to the reader's choice of light or dark.
 */
export function reportPage({ title, lead, sections, footer }: Report): string {
  const contents = sections.map(
    ({ heading }, at) => html`<li><a href="#section-${at + 1}">${heading}</a></li>`,
  );
  const parts = sections.map(
    ({ heading, content }, at) => html`<section id="section-${at + 1}">
<h2>${heading}</h2>
${content}
</section>
`,
  );
  const navigation = html`<nav aria-label="Sections"><ul>${contents}</ul></nav>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${stylesheet}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="lead">${prose(lead)}</p>
${sections.length > 2 ? navigation : ''}
</header>
${parts}
${footer === undefined ? '' : html`<footer>${footer}</footer>`}
</main>
</body>
</html>
`.source;
}
