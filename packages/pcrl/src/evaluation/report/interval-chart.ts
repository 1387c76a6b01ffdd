import { table } from './blocks.js';
import {
  type ChartWords,
  chart,
  horizontalAxis,
  type PlotArea,
  pixel,
  seriesClass,
  textWidth,
} from './chart-frame.js';
import { type Html, html } from './html.js';
import { extentOf, linearScale, type Scale } from './scale.js';

/** A value with its interval; `repeats` are the single seeds, drawn as rings above it. */
export interface IntervalRow {
  readonly name: string;
  /** Rows of one series have one colour. */
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly repeats?: readonly number[];
}

/** Values side by side with their intervals: pre-trained against scratch, class by class. */
export interface IntervalChart extends ChartWords {
  /** Name of the horizontal axis. */
  readonly x: string;
  readonly rows: readonly IntervalRow[];
  /** A line to compare with: 0 for differences, 0.5 for AUROC. */
  readonly reference?: number;
}

const rowHeight = 32;

/** Draws one row for each value; rows of the same name stand together. */
export function intervalChart(definition: IntervalChart): Html {
  const series = [...new Set(definition.rows.map((row) => row.series))];
  return chart(
    definition,
    series,
    (width, narrow) => {
      const { rows } = definition;
      const names = rows.map(({ name }) => textWidth(name));
      const left = Math.min(narrow ? 110 : 240, Math.max(...names) + 16);
      const beside = narrow || series.length < 2 ? 12 : Math.max(...series.map(textWidth)) + 20;
      const top = 10;
      const bottom = top + rows.length * rowHeight + 6 * groupCount(rows);
      const area = { left, right: width - beside, top, bottom };
      return { height: bottom + 50, body: drawRows(definition, series, area, beside > 12) };
    },
    numbersOf(definition),
  );
}

function drawRows(
  { rows, x, reference }: IntervalChart,
  series: readonly string[],
  area: PlotArea,
  named: boolean,
): Html {
  const values = rows.flatMap((row) => [row.low, row.high, row.value, ...(row.repeats ?? [])]);
  const extent = extentOf(reference === undefined ? values : [...values, reference]);
  const scale = linearScale(extent, area.left + 8, area.right - 8, 5);
  const grid = scale.ticks.map(({ value }) => verticalLine('grid', scale.at(value), area));
  let y = area.top - rowHeight / 2 + 5;
  const drawn = rows.map((row, at) => {
    const opens = at === 0 || rows[at - 1]!.name !== row.name;
    y += rowHeight + (opens && at > 0 ? 6 : 0);
    return drawRow(row, series.indexOf(row.series), { scale, y, area, opens, named });
  });
  const mark = reference === undefined ? '' : verticalLine('reference', scale.at(reference), area);
  return html`${grid}${mark}${horizontalAxis(scale, area, x)}${drawn}`;
}

interface RowPlace {
  readonly scale: Scale;
  readonly y: number;
  readonly area: PlotArea;
  /** The first row of its name, which is written in front of it. */
  readonly opens: boolean;
  readonly named: boolean;
}

function drawRow(row: IntervalRow, index: number, place: RowPlace): Html {
  const { scale, y, area, opens, named } = place;
  const [low, high, value] = [row.low, row.high, row.value].map((v) => pixel(scale.at(v)));
  const dots = (row.repeats ?? []).map(
    (repeat) => html`<circle class="dot" cx="${pixel(scale.at(repeat))}" cy="${y - 10}" r="2.5"/>`,
  );
  const name = html`<text class="strong" x="0" y="${y}" dy=".35em">${fitName(row.name, area.left)}<title>${row.name}</title></text>`;
  const beside = html`<text class="name ${seriesClass(index)}" x="${area.right + 10}" y="${y}" dy=".35em">${row.series}</text>`;
  const mark =
    index % 2 === 0
      ? html`<circle class="mark" cx="${value!}" cy="${y}" r="6"/>`
      : html`<rect class="mark" x="${value! - 5.5}" y="${y - 5.5}" width="11" height="11"/>`;
  return html`${opens ? name : ''}<g class="${seriesClass(index)}"><line class="interval" x1="${low!}" x2="${high!}" y1="${y}" y2="${y}"/>${dots}${mark}</g>${named ? beside : ''}
`;
}

/** The name as far as there is room for it. */
function fitName(name: string, room: number): string {
  let end = name.length;
  while (end > 1 && textWidth(name.slice(0, end)) > room) end--;
  return end === name.length ? name : `${name.slice(0, end - 1).trimEnd()}…`;
}

function verticalLine(kind: 'grid' | 'reference', at: number, area: PlotArea): Html {
  const x = pixel(at);
  return html`<line class="${kind}" x1="${x}" x2="${x}" y1="${area.top}" y2="${area.bottom}"/>\n`;
}

function groupCount(rows: readonly IntervalRow[]): number {
  return rows.filter((row, at) => at > 0 && rows[at - 1]!.name !== row.name).length;
}

function numbersOf({ title, rows }: IntervalChart): Html {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return table({
    caption: title,
    columns: ['', 'Method', 'Value', '95 % interval'],
    rows: rows.map(({ name, series, value, low, high }) => [
      name,
      series,
      short(value),
      `${short(low)} to ${short(high)}`,
    ]),
  });
}
