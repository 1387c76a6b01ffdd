import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  details,
  html,
  intervalChart,
  keyFigures,
  lineChart,
  paragraph,
  reportPage,
  smoothedSeries,
  table,
} from '../../src/evaluation/index.js';
import { spreadOut } from '../../src/evaluation/report/chart-frame.js';
import { gallery } from '../../src/evaluation/report/gallery.js';
import { Pictures } from '../../src/evaluation/report/pictures.js';
import { linearScale, logScale } from '../../src/evaluation/report/scale.js';
import { blankRaster } from '../../src/pictures/index.js';
import { temporaryFolder } from '../images/folders.js';
import { noPython, python } from '../python.js';

const nasty = `<script>alert("1")</script> & 'x'`;
const words = { title: nasty, alt: nasty, caption: nasty };
const series = [
  { name: 'PCRLv2', points: [{ x: 0, y: 0.8, low: 0.75, high: 0.85, repeats: [0.79, 0.81] }] },
  { name: nasty, points: [{ x: 0, y: 0.7 }] },
];
const page = reportPage({
  title: nasty,
  lead: nasty,
  footer: nasty,
  sections: [
    {
      heading: nasty,
      content: [
        paragraph(nasty),
        keyFigures([{ label: nasty, value: nasty, note: nasty }]),
        table({ caption: nasty, columns: [nasty, 'Dice'], rows: [[nasty, '81.2']] }),
        gallery(
          {
            ...words,
            name: nasty,
            grid: {
              rows: [[{ raster: blankRaster(2, 2, [1, 2, 3]), caption: nasty }]],
              columnTitles: [nasty],
              rowTitles: [nasty],
            },
            keys: [{ of: nasty, entries: [{ colour: [1, 2, 3], meaning: nasty }] }],
          },
          [[Uint8Array.of(1, 2, 3)]],
        ),
        lineChart({
          ...words,
          x: { kind: 'category', name: nasty, labels: [nasty] },
          y: { name: nasty },
          series,
        }),
        intervalChart({
          ...words,
          x: nasty,
          reference: 0,
          rows: [{ name: nasty, series: nasty, value: 1, low: 0.5, high: 1.5, repeats: [1.1] }],
        }),
        details(nasty, [paragraph('in here')]),
      ],
    },
  ],
});

describe('reportPage', () => {
  it('escapes every text that is put in', () => {
    expect(page).not.toContain('<script>');
    expect(page).not.toContain(`'x'`);
    expect(html`<b title="${nasty}">${'a < b'}</b>`.source).toContain('a &lt; b');
  });

  it('loads nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
  });

  it.skipIf(noPython)('is well-formed, with a text for every picture', () => {
    const report = python<{ open: string[]; wordless: number; headers: number }>(
      page,
      `from html.parser import HTMLParser
empty = {'meta', 'img', 'line', 'circle', 'rect', 'path', 'polygon', 'polyline'}
class Reader(HTMLParser):
    open, wordless, headers = [], 0, 0
    def handle_starttag(self, tag, attributes):
        if tag not in empty: self.open.append(tag)
        names = dict(attributes)
        if tag == 'img' and not names.get('alt'): self.wordless += 1
        if tag == 'svg' and not names.get('aria-label'): self.wordless += 1
        if tag == 'th' and 'scope' in names: self.headers += 1
    def handle_endtag(self, tag):
        if tag not in empty: assert self.open.pop() == tag, tag
reader = Reader()
reader.feed(given)
answer = dict(open=reader.open, wordless=reader.wordless, headers=reader.headers)`,
    );
    expect(report.open).toEqual([]);
    expect(report.wordless).toBe(0);
    expect(report.headers).toBeGreaterThan(3);
  });

  it('draws no number that is not one', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('charts', () => {
  it('take one point, equal values and no values', () => {
    const axis = { kind: 'linear', name: 'step' } as const;
    for (const points of [
      [],
      [{ x: 1, y: 2 }],
      [
        { x: 1, y: 0 },
        { x: 2, y: 0 },
      ],
    ]) {
      const drawn = lineChart({
        ...words,
        x: axis,
        y: { name: 'loss' },
        series: [{ name: 'a', points }],
      });
      expect(drawn.source).not.toMatch(/NaN|Infinity/);
    }
  });

  it('have round ticks that hold the data', () => {
    const scale = linearScale([0.613, 0.884], 0, 100, 5);
    expect(scale.ticks.map(({ label }) => label)).toEqual(['0.6', '0.7', '0.8', '0.9']);
    expect(linearScale([-1.2, 3.1], 0, 100, 5).ticks.map(({ label }) => label)).toEqual([
      '−2',
      '−1',
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(linearScale([0, 40_000], 0, 1, 4).ticks.at(-1)?.label).toBe('40k');
    const log = logScale([1, 10, 100], ['1 %', '10 %', '100 %'], 0, 200);
    expect(log.at(10)).toBeCloseTo(100, 9);
  });

  it('keep the names of lines apart', () => {
    const places = spreadOut([50, 51, 52, 200], 17);
    const sorted = [...places].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) {
      expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThan(16.9);
    }
    expect(places[3]).toBe(200);
  });
});

describe('smoothedSeries', () => {
  it('leaves a constant as it is, leaves out what is not finite, and thins', () => {
    const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x === 7 ? Number.NaN : 3 }));
    const { points: smooth, behind } = smoothedSeries('loss', points);
    expect(smooth.length).toBeLessThanOrEqual(301);
    expect(behind!.length).toBe(smooth.length);
    for (const { y } of smooth) expect(y).toBeCloseTo(3, 9);
    expect(smooth.at(-1)?.x).toBe(4999);
  });
});

describe('the pictures of a report', () => {
  const path = join(temporaryFolder(), 'report.html');

  it('are not left behind where the page cannot be written', async () => {
    mkdirSync(path);
    const pictures = new Pictures();
    const grid = { rows: [[{ raster: blankRaster(8, 8, [0, 0, 0]) }]] };
    await pictures.show({ name: 'masks', caption: 'masks', alt: 'masks', grid });
    await expect(pictures.write(path, '<p></p>')).rejects.toThrow(/EISDIR/);
    expect(existsSync(path.replace('.html', '-pictures'))).toBe(false);
  });
});
