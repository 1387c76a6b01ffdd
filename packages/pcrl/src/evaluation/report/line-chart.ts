import { table } from './blocks.js';
import {
  type ChartWords,
  chart,
  horizontalAxis,
  type PlotArea,
  pixel,
  seriesClass,
  spreadOut,
  textWidth,
  verticalAxis,
} from './chart-frame.js';
import { type Html, html } from './html.js';
import {
  categoryScale,
  type Extent,
  extentOf,
  linearScale,
  logScale,
  type Scale,
} from './scale.js';

/** A point of a line; `low` and `high` bound its interval, `repeats` are the single seeds. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  readonly repeats?: readonly number[];
}

/** A line with a name. */
export interface LineSeries {
  readonly name: string;
  readonly points: readonly LinePoint[];
  /** Drawn thin behind the line: the values before smoothing. */
  readonly behind?: readonly LinePoint[];
}

/** The horizontal axis: even, logarithmic with ticks at the given values, or names for 0, 1, 2... */
export type HorizontalAxis =
  | { readonly kind: 'linear'; readonly name: string }
  | {
      readonly kind: 'log';
      readonly name: string;
      readonly values: readonly number[];
      readonly labels: readonly string[];
    }
  | { readonly kind: 'category'; readonly name: string; readonly labels: readonly string[] };

/** Lines over a common axis: learning curves over label ratios, losses over steps. */
export interface LineChart extends ChartWords {
  readonly x: HorizontalAxis;
  /** The vertical axis; `extent` widens it where the data alone would mislead. */
  readonly y: { readonly name: string; readonly extent?: Extent };
  readonly series: readonly LineSeries[];
  /** A dashed line without a name, behind the others: what guessing gives, say. */
  readonly reference?: readonly LinePoint[];
}

/** With more points than this a line has no marks and no table of its numbers. */
const fewPoints = 24;

/** Draws a line chart, each line named at its end. */
export function lineChart(definition: LineChart): Html {
  const { series } = definition;
  const names = series.map(({ name }) => name);
  const few = series.every(({ points }) => points.length <= fewPoints);
  return chart(
    definition,
    names,
    (width, narrow) => {
      const height = narrow ? 300 : 380;
      const named = narrow || names.length < 2 ? 10 : Math.max(...names.map(textWidth)) + 22;
      const area = { left: 46, right: width - named, top: 30, bottom: height - 48 };
      return { height, body: drawLines(definition, area, { few, named: named > 10, narrow }) };
    },
    few ? numbersOf(definition) : undefined,
  );
}

interface Manner {
  readonly few: boolean;
  readonly named: boolean;
  readonly narrow: boolean;
}

function drawLines(definition: LineChart, area: PlotArea, { few, named, narrow }: Manner): Html {
  const { x, y, series, reference = [] } = definition;
  const horizontal = horizontalScale(x, series, area, narrow);
  const vertical = linearScale(verticalExtent(definition), area.bottom, area.top, 5);
  const lines = series.map((line, at) =>
    drawSeries(line, at, { x: horizontal, y: vertical, area, marked: few }),
  );
  const dashed = reference.map((point) => `${horizontal.at(point.x)},${vertical.at(point.y)}`);
  return html`${verticalAxis(vertical, area, y.name)}${horizontalAxis(horizontal, area, x.name)}${
    dashed.length > 1
      ? html`<polyline class="reference" fill="none" points="${dashed.join(' ')}"/>\n`
      : ''
  }${lines}${named ? namesAtEnds(series, vertical, area) : ''}`;
}

interface Drawing {
  readonly x: Scale;
  readonly y: Scale;
  readonly area: PlotArea;
  readonly marked: boolean;
}

function drawSeries(
  { points, behind = [] }: LineSeries,
  index: number,
  { x, y, area, marked }: Drawing,
): Html {
  // A spike of the values behind the line ends at the edge of the plot.
  const inside = (top: number) => Math.min(area.bottom, Math.max(area.top, top));
  const path = (list: readonly LinePoint[]) =>
    list.map((point) => `${pixel(x.at(point.x))},${pixel(inside(y.at(point.y)))}`).join(' ');
  const bounded = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const upper = path(bounded.map((point) => ({ ...point, y: point.high! })));
  const lower = path(bounded.map((point) => ({ ...point, y: point.low! })).reverse());
  const marks = points.map((point) => drawMark(point, index, x, y));
  return html`<g class="${seriesClass(index)}">
${bounded.length > 1 ? html`<polygon class="band" points="${upper} ${lower}"/>` : ''}
${behind.length > 1 ? html`<polyline class="faint" points="${path(behind)}"/>` : ''}
<polyline class="line" points="${path(points)}"/>
${marked ? marks : ''}</g>
`;
}

function drawMark(point: LinePoint, index: number, x: Scale, y: Scale): Html {
  const left = pixel(x.at(point.x));
  const dots = (point.repeats ?? []).map(
    (value) => html`<circle class="dot" cx="${left}" cy="${pixel(y.at(value))}" r="3"/>`,
  );
  const top = pixel(y.at(point.y));
  // Shapes differ as well as colours.
  const shapes = [
    html`<circle class="mark" cx="${left}" cy="${top}" r="5"/>`,
    html`<rect class="mark" x="${left - 4.5}" y="${top - 4.5}" width="9" height="9"/>`,
    html`<path class="mark" d="M${left} ${top - 6}l6 10.5h-12z"/>`,
    html`<path class="mark" d="M${left} ${top - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"/>`,
  ];
  return html`${dots}${shapes[index % shapes.length]!}\n`;
}

function namesAtEnds(series: readonly LineSeries[], y: Scale, area: PlotArea): Html {
  const wanted = series.map(({ points }) => y.at(points.at(-1)?.y ?? 0));
  const places = spreadOut(wanted, 17);
  const texts = series.map(
    ({ name }, at) =>
      html`<text class="name ${seriesClass(at)}" x="${area.right + 12}" y="${pixel(places[at]!)}" dy=".35em">${name}</text>
`,
  );
  return html`${texts}`;
}

function horizontalScale(
  axis: HorizontalAxis,
  series: readonly LineSeries[],
  { left, right }: PlotArea,
  narrow: boolean,
): Scale {
  if (axis.kind === 'category') return categoryScale(axis.labels, left, right);
  // Marks at the ends keep clear of the axis.
  if (axis.kind === 'log') return logScale(axis.values, axis.labels, left + 20, right - 14);
  const all = series.flatMap(({ points }) => points.map((point) => point.x));
  return linearScale(extentOf(all), left, right, narrow ? 4 : 7);
}

function verticalExtent({ series, y }: LineChart): Extent {
  const values = series.flatMap(({ points, behind }) => [
    ...points.flatMap((point) => [
      point.y,
      point.low ?? point.y,
      point.high ?? point.y,
      ...(point.repeats ?? []),
    ]),
    ...trimmed(behind ?? []),
  ]);
  return extentOf([...values, ...(y.extent ?? [])]);
}

/** Values of a noisy line without the outermost percent, lest one spike flattens the rest. */
function trimmed(points: readonly LinePoint[]): number[] {
  const sorted = points.map((point) => point.y).sort((a, b) => a - b);
  const cut = Math.floor(sorted.length * 0.01);
  return sorted.slice(cut, sorted.length - cut);
}

function numbersOf({ title, x, series }: LineChart): Html {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
  places.sort((a, b) => a - b);
  const rows = places.map((place) => [
    nameOfPlace(x, place),
    ...series.map(({ points }) => {
      const point = points.find((candidate) => candidate.x === place);
      return point === undefined ? '–' : describePoint(point);
    }),
  ]);
  return table({ caption: title, columns: [x.name, ...series.map(({ name }) => name)], rows });
}

function nameOfPlace(axis: HorizontalAxis, place: number): string {
  if (axis.kind === 'linear') return String(place);
  const at = axis.kind === 'category' ? place : axis.values.indexOf(place);
  return axis.labels[at] ?? String(place);
}

function describePoint({ y, low, high }: LinePoint): string {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return low === undefined || high === undefined
    ? short(y)
    : `${short(y)} (${short(low)} to ${short(high)})`;
}
