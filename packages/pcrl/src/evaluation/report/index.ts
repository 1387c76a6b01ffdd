export {
  details,
  type KeyFigure,
  keyFigures,
  paragraph,
  preformatted,
  type Table,
  table,
} from './blocks.js';
export type { ChartWords } from './chart-frame.js';
export { Html, html } from './html.js';
export { type IntervalChart, type IntervalRow, intervalChart } from './interval-chart.js';
export {
  type HorizontalAxis,
  type LineChart,
  type LinePoint,
  type LineSeries,
  lineChart,
} from './line-chart.js';
export { type Report, reportPage, type Section } from './page.js';
export { type PictureShelf, Pictures, type ReportPicture } from './pictures.js';
export { smoothedSeries } from './smoothing.js';
