import { type Html, html, prose } from './html.js';
import type { Scale } from './scale.js';

/** A rectangle on the paper in which a chart draws its data. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What every chart says about itself. */
export interface ChartWords {
  readonly title: string;
  /** What the chart shows, for those who do not see it. */
  readonly alt: string;
  readonly caption: string;
}

/** Widths in pixels at which charts are drawn: for a page, and for a phone. */
const widths = { wide: 720, narrow: 360 } as const;

/** How a chart is drawn for one of the widths. */
export type DrawChart = (width: number, narrow: boolean) => { height: number; body: Html };

/**
 * A chart as inline SVG, drawn once for pages and once for phones, so that letters keep their size.
 *
 * @param names of the series, for the key that stands over the narrow chart
 * @param numbers the same as a table, folded away under the chart
 */
export function chart(
  words: ChartWords,
  names: readonly string[],
  draw: DrawChart,
  numbers?: Html,
): Html {
  const key = names.map(
    (name, at) => html`<li><span class="swatch line ${seriesClass(at)}"></span>${name}</li>`,
  );
  const svg = (kind: 'wide' | 'narrow') => {
    const { height, body } = draw(widths[kind], kind === 'narrow');
    return html`<svg class="${kind}" viewBox="0 0 ${widths[kind]} ${height}" role="img" aria-label="${words.alt}">
${body}</svg>
`;
  };
  return html`<figure>
<p class="chart-title">${words.title}</p>
${names.length > 1 ? html`<ul class="key chart-key">${key}</ul>` : ''}
${svg('wide')}${svg('narrow')}<figcaption>${prose(words.caption)}</figcaption>
</figure>
${numbers === undefined ? '' : html`<details><summary>The numbers of this chart</summary>${numbers}</details>`}
`;
}

/** The colour of a series, by its place; they come round again after the sixth. */
export function seriesClass(index: number): string {
  return `series-${(index % 6) + 1}`;
}

/** Horizontal grid lines with their values, and the vertical axis's name above them. */
export function verticalAxis(scale: Scale, area: PlotArea, name: string): Html {
  const lines = scale.ticks.map(({ value, label }) => {
    const y = pixel(scale.at(value));
    return html`<line class="grid" x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}"/><text x="${area.left - 8}" y="${y}" dy=".35em" text-anchor="end">${label}</text>
`;
  });
  return html`${lines}<text x="0" y="13">${name}</text>\n`;
}

/** Values under the plot and the horizontal axis's name; labels that would touch are left out. */
export function horizontalAxis(scale: Scale, area: PlotArea, name: string): Html {
  let free = Number.NEGATIVE_INFINITY;
  const labels = scale.ticks.map(({ value, label }) => {
    const x = pixel(scale.at(value));
    const half = textWidth(label) / 2;
    const fits = x - half >= free;
    if (fits) free = x + half + 8;
    const text = html`<text x="${x}" y="${area.bottom + 20}" text-anchor="middle">${label}</text>`;
    return html`<line class="axis" x1="${x}" x2="${x}" y1="${area.bottom}" y2="${area.bottom + 5}"/>${fits ? text : ''}
`;
  });
  const middle = (area.left + area.right) / 2;
  return html`<line class="axis" x1="${area.left}" x2="${area.right}" y1="${area.bottom}" y2="${area.bottom}"/>
${labels}<text x="${middle}" y="${area.bottom + 42}" text-anchor="middle">${name}</text>
`;
}

/** About how wide a text of 13 pixels is. */
export function textWidth(text: string): number {
  return 7.2 * text.length;
}

/** Rounded to a hundredth of a pixel: smaller files, the same picture. */
export function pixel(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Places as near as possible to the wanted ones that keep a distance from each other. */
export function spreadOut(wanted: readonly number[], distance: number): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  for (let pass = 0; pass < 50; pass++) {
    for (let i = 1; i < order.length; i++) {
      const [upper, lower] = [order[i - 1]!, order[i]!];
      const overlap = distance - (places[lower]! - places[upper]!);
      if (overlap <= 0) continue;
      places[upper] = places[upper]! - overlap / 2;
      places[lower] = places[lower]! + overlap / 2;
    }
  }
  return places;
}
