import { Html } from './html.js';

/** Colours by the names of their variables, in light and in print. */
export const lightColours: Readonly<Record<string, string>> = {
  paper: '#fcfcfa',
  panel: '#f3f3ef',
  ink: '#1d2126',
  soft: '#5a626c',
  line: '#d8d9d4',
  grid: '#e6e6e1',
  accent: '#0a5f9e',
  'series-1': '#0a5f9e',
  'series-2': '#c2560c',
  'series-3': '#12805c',
  'series-4': '#8a3f8f',
  'series-5': '#6b6f1a',
  'series-6': '#5a626c',
};

/** How reports look. Series colours are apart in lightness too, for print and colour-blind readers. */
export const stylesheet = new Html(`
:root {
  color-scheme: light dark;
  ${variables(lightColours)}
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --panel: #1e2227; --ink: #e7e9ec; --soft: #a3abb5; --line: #363c44;
    --grid: #2a2f36; --accent: #7dbdf0;
    --series-1: #7dbdf0; --series-2: #f5a05c; --series-3: #5fd0a5; --series-4: #d79fdc;
    --series-5: #cfd36a; --series-6: #a3abb5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.55 "Source Sans 3", "Segoe UI", system-ui, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .75rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
p { margin: 0 0 1rem; max-width: 40rem; }
.lead { font-size: 1.15rem; line-height: 1.5; color: var(--soft); }
a { color: var(--accent); text-underline-offset: .15em; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .95rem; }
.key-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem; margin: 1.25rem 0 1.5rem; }
.key-figures > div { background: var(--panel); border-radius: .5rem; padding: .85rem 1rem; }
.key-figures dt { font-size: .85rem; color: var(--soft); line-height: 1.3; }
.key-figures dd { margin: 0; }
.key-figures .value { font-size: 1.8rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.key-figures .note { font-size: .85rem; color: var(--soft); }
.table { margin-top: 0; }
.table figcaption { margin: 0 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .75rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th:first-child { padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
thead th { font-weight: 600; font-size: .85rem; color: var(--soft); border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
.emphasised th, .emphasised td { font-weight: 700; }
figure { margin: 1.25rem 0 1.75rem; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; border-radius: .4rem; }
figcaption { margin-top: .6rem; font-size: .9rem; line-height: 1.45; color: var(--soft); max-width: 40rem; }
.chart-title { font-weight: 600; margin: 0 0 .4rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; font: inherit; }
.narrow { display: none; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .6rem 0 0; padding: 0; font-size: .9rem; }
.key li { display: flex; align-items: center; gap: .45rem; }
.swatch { width: .8rem; height: .8rem; border-radius: .15rem; flex: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.chart-key { display: none; }
.swatch.line { background: currentColor; }
.gallery-row { margin: 0 0 1.1rem; break-inside: avoid; }
.gallery-row > p { margin: 0 0 .4rem; font-size: .95rem; font-weight: 600; overflow-wrap: anywhere; max-width: none; }
.cells { display: grid; gap: .6rem; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); }
.cells p { margin: .15rem 0 0; white-space: pre-line; font-size: .85rem; line-height: 1.35; color: var(--soft); overflow-wrap: anywhere; }
.cells p.strong { color: var(--ink); }
.cells img { width: 100%; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); }
svg .reference { stroke: var(--soft); stroke-dasharray: 3 3; }
svg text { fill: var(--soft); font-size: 13px; } svg text.strong { fill: var(--ink); }
svg text.name { font-weight: 600; }
${[1, 2, 3, 4, 5, 6]
  .map(
    (n) =>
      `.series-${n} { color: var(--series-${n}); } svg text.name.series-${n} { fill: var(--series-${n}); }`,
  )
  .join('\n')}
svg .line { fill: none; stroke: currentColor; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
svg .faint { fill: none; stroke: currentColor; stroke-width: 1; opacity: .3; }
svg .band { fill: currentColor; opacity: .15; }
svg .mark { fill: currentColor; stroke: var(--paper); stroke-width: 1.5; }
svg .dot { fill: none; stroke: currentColor; stroke-width: 1.25; opacity: .75; }
svg .interval { stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; }
details { margin: 0 0 1.25rem; font-size: .95rem; }
summary { cursor: pointer; color: var(--accent); margin-bottom: .5rem; }
pre { overflow-x: auto; background: var(--panel); border-radius: .4rem; padding: .8rem 1rem; font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 40rem) {
  body { font-size: 16px; }
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.6rem; }
  .wide { display: none; } .narrow { display: block; } .chart-key { display: flex; margin: 0 0 .6rem; }
  .key-figures { grid-template-columns: repeat(2, 1fr); gap: .6rem; }
  .key-figures > div:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .key-figures .value { font-size: 1.45rem; }
  th, td { padding: .4rem .5rem; }
  .cells { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .cells > div:first-child:nth-last-child(odd) { grid-column: 1 / -1; }
}
@media print {
  :root { --paper: #fff; --panel: #f4f4f4; --ink: #000; --soft: #444; --line: #bbb; --grid: #e2e2e2;
    --series-1: #0a5f9e; --series-2: #c2560c; --series-3: #12805c; --series-4: #8a3f8f; --series-5: #6b6f1a; --series-6: #5a626c; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  nav, details { display: none; }
  figure, table, .key-figures { break-inside: avoid; } .gallery { break-inside: auto; }
  table, thead th { font-size: 7.5pt; } th, td { padding: .2rem .35rem; } .number { white-space: normal; } h2 { break-after: avoid; }
  .scroll { overflow: visible; }
}
`);

function variables(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}
