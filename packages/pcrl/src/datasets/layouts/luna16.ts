import { readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { parseCsv, type Row } from '../csv.js';
import type { Case, Point, Split } from '../dataset.js';
import type { Findings } from '../findings.js';
import { filesBelow } from '../folder.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';
import { volumeName } from './names.js';

const SUBSET = /(?:^|[/\\])subset(\d)(?=[/\\])/i;
/** Candidates of the second version are what the organisers recommend. */
const CANDIDATES = ['candidates_V2.csv', 'candidates.csv'];
/** Comes with the evaluation script: findings that readers did not agree on, or too small to count. */
const IRRELEVANT = 'annotations_excluded.csv';

/** LUNA16: `subset0` to `subset9` with .mhd and .raw, and tables of world coordinates. */
export const luna16: Layout = {
  name: 'luna16',
  title: 'LUNA16',
  dimensions: 3,
  uses: ['unlabelled', 'detection'],
  recognises: async ({ folders }) => folders.some((name) => /^subset\d$/i.test(name)),
  open,
};

async function open({ folder, use, findings }: LayoutRequest): Promise<LayoutContent> {
  const files = await filesBelow(folder);
  const scans = files.filter(
    (path) => path.endsWith('.mhd') && SUBSET.test(relative(folder, path)),
  );
  const tables = use === 'unlabelled' ? undefined : await readTables(files, findings);
  const cases = scans.map((image): Case => {
    const uid = volumeName(image);
    const split = splitOf(relative(folder, image));
    if (!tables) return { image, patient: uid, split };
    const points = tables.annotations.get(uid) ?? [];
    const candidates = tables.candidates.get(uid) ?? [];
    const irrelevant = tables.irrelevant.get(uid);
    return {
      ...{ image, patient: uid, split, points, candidates },
      ...(irrelevant ? { irrelevant } : {}),
    };
  });
  const known = new Set(cases.map(({ patient }) => patient));
  const named = [...(tables?.annotations.keys() ?? []), ...(tables?.candidates.keys() ?? [])];
  const absent = [...new Set(named)].filter((uid) => !known.has(uid));
  return {
    cases,
    missing: absent.map((uid) => ({ path: uid, reason: 'named in a table and not in the folder' })),
    notes: [
      'split: subsets 0 to 6 train, 7 validates, 8 and 9 test',
      ...(tables ? [describe(cases)] : []),
    ],
  };
}

function splitOf(path: string): Split {
  const subset = Number(SUBSET.exec(path)?.[1]);
  if (subset <= 6) return 'train';
  return subset === 7 ? 'val' : 'test';
}

function describe(cases: readonly Case[]): string {
  const count = (of: (item: Case) => readonly Point[] | undefined) =>
    cases.reduce((sum, item) => sum + (of(item)?.length ?? 0), 0).toLocaleString('en');
  return `nodules: ${count(({ points }) => points)}, candidates: ${count(({ candidates }) => candidates)}`;
}

async function readTables(files: readonly string[], findings: Findings) {
  const find = (name: string) => files.find((path) => basename(path) === name);
  const annotations = find('annotations.csv');
  const candidates = CANDIDATES.map(find).find((path) => path !== undefined);
  if (!annotations) findings.add('no table of the nodules', 'annotations.csv');
  return {
    annotations: await pointsByScan(annotations, findings),
    candidates: await pointsByScan(candidates, findings),
    irrelevant: await pointsByScan(find(IRRELEVANT), findings),
  };
}

async function pointsByScan(path: string | undefined, findings: Findings) {
  const points = new Map<string, Point[]>();
  if (path === undefined) return points;
  for (const row of parseCsv(path, await readFile(path, 'utf8')).rows) {
    const uid = row.values.get('seriesuid') ?? '';
    const point = pointOf(row);
    if (!point) {
      findings.add('coordinates that are no numbers', `${basename(path)} line ${row.line}`);
      continue;
    }
    const known = points.get(uid);
    if (known) known.push(point);
    else points.set(uid, [point]);
  }
  return points;
}

/** The tables have ITK's world, towards left, posterior and superior; ours is right, anterior, superior. */
function pointOf({ values }: Row): Point | undefined {
  const number = (name: string) => Number(values.get(name) || Number.NaN);
  const [x, y, z] = [number('coordX'), number('coordY'), number('coordZ')];
  if (![x, y, z].every(Number.isFinite)) return undefined;
  const diameter = number('diameter_mm');
  const label = values.get('class') === '0' ? 0 : 1;
  return { position: [-x, -y, z], label, ...(diameter > 0 ? { diameter } : {}) };
}
