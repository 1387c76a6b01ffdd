import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors } from '@pcrl/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelledSubset, missingClasses, openDataset } from '../../src/datasets/index.js';
import { compare } from '../../src/evaluation/compare.js';
import { GroupAttention, testCasesOf } from '../../src/evaluation/comparison/attention.js';
import { readRuns } from '../../src/evaluation/comparison/finetuned-run.js';
import { groupRuns } from '../../src/evaluation/comparison/groups.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { candidatesOf, countDrawn, drawCandidates } from '../../src/tasks/detection/candidates.js';
import { boxAround } from '../../src/tasks/detection/crops.js';
import { finetune } from '../../src/tasks/finetune.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { type DrawnArchive, drawnArchive } from '../phantom/archives/drawn.js';
import { prepareRecorded } from '../preparing/recording.js';
import { noPython, python } from '../python.js';
import { listeningIO, temporaryFolder } from './synthetic.js';

const root = temporaryFolder();
let luna: DrawnArchive;

beforeAll(async () => {
  luna = await drawnArchive('luna', { cases: 10, side: 48 });
});
afterAll(() => luna.remove());

function settings(name: string, changes: object = {}) {
  return resolveFinetuneSettings({
    task: 'detection',
    data: [luna.folder],
    out: join(root, name),
    seeds: 1,
    steps: 4,
    batch: 6,
    device: 'cpu',
    threads: 1,
    network: { width: 8 },
    optimiser: { learningRate: 1e-3 },
    views: { size: 16, spacing: 'native', shift: 1 },
    ...changes,
  } as FinetuneInput);
}

const predictionsOf = (name: string) => readPredictions(join(root, name, 'seed-1/predictions.csv'));

/** Scores of a detector by the published rules of LUNA16, from its files alone. */
const LUNA16 = `
import csv, numpy as np
from sklearn.metrics import roc_auc_score
def table(name):
    try: return list(csv.DictReader(open(given['folder'] + '/' + name)))
    except FileNotFoundError: return []
place = lambda row: np.array([float(row['coord' + axis]) for axis in 'XYZ'])
found = list(csv.DictReader(open(given['predictions'])))
scans = given['scans']
def findings(rows, uid):
    return [(place(r), float(r['diameter_mm']) if float(r['diameter_mm']) > 0 else 10.0)
            for r in rows if r['seriesuid'] == uid]
hits, alarms, nodules = [], [], 0
for uid in scans:
    mine = [(place(r), float(r['score_nodule'])) for r in found if r['patient_id'] == uid]
    kept = mine if len(mine) <= 100 else [m for m in mine if m[1] > sorted((s for _, s in mine), reverse=True)[100]]
    used = np.zeros(len(kept), bool)
    for centre, diameter in findings(table('annotations.csv'), uid):
        nodules += 1
        inside = np.array([np.linalg.norm(p - centre) < diameter / 2 for p, _ in kept], bool)
        if inside.any(): hits.append(max(s for (_, s), i in zip(kept, inside) if i))
        used |= inside
    for centre, diameter in findings(table('annotations_excluded.csv'), uid):
        used |= np.array([np.linalg.norm(p - centre) < diameter / 2 for p, _ in kept], bool)
    alarms += [s for (_, s), u in zip(kept, used) if not u]
hits, alarms = np.array(hits), np.array(alarms)
thresholds = np.unique(np.concatenate([hits, alarms]))[::-1]
fps = np.array([0] + [(alarms >= t).sum() / len(scans) for t in thresholds])
tpr = np.array([0] + [(hits >= t).sum() / nodules for t in thresholds])
rates = np.interp([1/8, 1/4, 1/2, 1, 2, 4, 8], fps, tpr)
labels = [float(r['label_nodule']) for r in found]
scores = [float(r['score_nodule']) for r in found]
answer = {'rates': rates.tolist(), 'auroc': roc_auc_score(labels, scores), 'candidates': len(found)}`;

describe('detection of nodules', () => {
  it('goes from the folder of LUNA16 to AUROC and FROC as its own rules give them', async () => {
    const before = liveTensors().tensors;
    await excludeAFinding();
    const { io, said } = listeningIO();
    const result = await finetune(settings('folder'), io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({
      metric: 'AUROC',
      classes: ['nodule'],
      splits: { train: { cases: 7 }, val: { cases: 1 }, test: { cases: 2 } },
    });
    const { test, labelled } = result.seeds[0]!;
    expect(labelled).toMatchObject({ cases: 7 });
    expect(labelled.positives?.[0]).toBeGreaterThan(0);
    expect(said.join('\n')).toMatch(/CPM/);
    if (noPython) return;
    const scans = (await luna.files())
      .filter((path) => /^subset[89].*\.mhd$/.test(path))
      .map((path) => path.slice('subset8/'.length, -'.mhd'.length));
    const wanted = python<{ rates: number[]; auroc: number; candidates: number }>(
      { folder: luna.folder, predictions: join(root, 'folder/seed-1/predictions.csv'), scans },
      LUNA16,
    );
    expect(predictionsOf('folder').rows).toHaveLength(wanted.candidates);
    expect(test.perClass[0]).toBeCloseTo(wanted.auroc, 9);
    wanted.rates.forEach((rate, at) => {
      expect(test.sensitivities?.[at]).toBeCloseTo(rate, 9);
    });
    const mean = wanted.rates.reduce((sum, rate) => sum + rate, 0) / 7;
    expect(test.further?.CPM).toBeCloseTo(mean, 9);
  });

  it('goes from a cache, whose boxes it reads, to nearly the same scores', async () => {
    const cache = join(root, 'cache');
    await prepareRecorded(luna.folder, cache);
    // Predicted before anything is learnt that rounding could change.
    const tiny = { steps: 1, optimiser: { learningRate: 1e-9 }, select: 'last' };
    await finetune(settings('from-folder', tiny), listeningIO().io);
    await finetune(settings('from-cache', { ...tiny, data: [cache] }), listeningIO().io);
    const [whole, boxes] = [predictionsOf('from-folder'), predictionsOf('from-cache')];
    expect(boxes.patients).toEqual(whole.patients);
    const scoresOf = ({ rows }: typeof whole) => rows.map(([score]) => score!);
    scoresOf(whole).forEach((score, at) => {
      expect(Math.abs(score - scoresOf(boxes)[at]!)).toBeLessThan(0.02);
    });
  });

  it('scores the candidates of new scans, in the columns of a submission', async () => {
    const out = join(root, 'predicted');
    const quiet = { say: () => {}, warn: () => {}, interrupted: () => false, count: () => {} };
    const request = { model: join(root, 'folder'), inputs: [luna.folder], out, maps: true };
    expect(await predict(request, quiet)).toMatchObject({ predicted: 10, failed: [] });
    const [header, ...lines] = readFileSync(join(out, 'candidates.csv'), 'utf8').trim().split('\n');
    expect(header).toBe('seriesuid,coordX,coordY,coordZ,probability');
    const given = await luna.table('candidates_V2.csv');
    expect(lines).toHaveLength(given.length);
    const { patients, rows } = predictionsOf('folder');
    const scored = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(',')), line]));
    rows.forEach(([score, , x, y, z], at) => {
      const line = scored.get([patients[at], x, y, z].join(','));
      expect(Number(line?.slice(line.lastIndexOf(',') + 1))).toBeCloseTo(score!, 5);
    });
  });

  it('compares runs candidate by candidate', async () => {
    await finetune(settings('second', { steps: 1 }), listeningIO().io);
    const folders = ['folder', 'second'].map((name) => join(root, name));
    const { groups } = await compare(folders, join(root, 'report.html'), listeningIO().io);
    expect(groups[0]?.mean.estimate?.value).toBeGreaterThanOrEqual(0);
    const page = readFileSync(join(root, 'report.html'), 'utf8');
    expect(page).toContain('FROC with 7 labelled scans');
    const files = readdirSync(join(root, 'report-pictures'));
    expect(files).toEqual(expect.arrayContaining(['attention.png', 'confident-errors.png']));
  });

  it('shows the map of the very candidate that was scored', async () => {
    const comparable = readRuns([join(root, 'folder')]);
    const cases = await testCasesOf(comparable);
    const [group] = groupRuns(comparable.runs);
    const { rows } = group!.seeds[0]!;
    using network = new GroupAttention(group!, cases);
    for (const at of [0, rows.length - 1]) {
      const map = await network.of({ at, label: 0 });
      expect(map?.score).toBeCloseTo(rows[at]![0]!, 5);
      expect(map?.plane).toMatchObject({ width: 16, height: 16 });
    }
  });

  it('probes a frozen encoder', async () => {
    const result = await finetune(
      settings('probed', { probe: { kind: 'linear' } }),
      listeningIO().io,
    );
    expect(result.probe).toBe('linear');
    expect(result.seeds[0]?.test.mean).toBeGreaterThanOrEqual(0);
  });

  it('says when the labelled scans hold no nodule, and when a candidate lies outside', async () => {
    const folder = join(root, 'none');
    await import('node:fs/promises').then(({ cp }) => cp(luna.folder, folder, { recursive: true }));
    const table = readFileSync(join(folder, 'candidates_V2.csv'), 'utf8');
    writeFileSync(join(folder, 'candidates_V2.csv'), table.replaceAll(/,1$/gm, ',0'));
    await expect(finetune(settings('empty', { data: [folder] }), listeningIO().io)).rejects.toThrow(
      /none of the .* candidates in the 7 labelled scans is a nodule/,
    );
    writeFileSync(join(folder, 'candidates_V2.csv'), table.replace(/,[-\d.]+,1$/m, ',9999,1'));
    await expect(
      finetune(settings('outside', { data: [folder] }), listeningIO().io),
    ).rejects.toThrow(/a candidate lies outside of the scan/);
    rmSync(folder, { recursive: true });
  });
});

it('says which share of the labels would hold a nodule', async () => {
  const { cases } = await openDataset([luna.folder], { use: 'detection' });
  const train = cases.filter(({ split }) => split === 'train');
  const [first] = labelledSubset(train, { count: 1 }, 1);
  const kept = labelledSubset(train, { count: 2 }, 1).find((scan) => scan !== first);
  const scarce = train.map((scan) => ({
    ...scan,
    candidates: scan.candidates!.map((point) => ({
      ...point,
      label: scan === kept ? point.label : (0 as const),
    })),
  }));
  const labelled = labelledSubset(scarce, { count: 1 }, 1);
  const said = missingClasses({ train: scarce, labelled, classes: [], seed: 1 });
  expect(said).toMatch(/no positive case of nodule; the smallest share .* is 28.6% \(2 cases\)/);
});

describe('candidates', () => {
  const scan = {
    image: 'scan.mhd',
    candidates: Array.from({ length: 40 }, (_, n) => ({
      position: [n, 0, 0] as [number, number, number],
      label: n % 10 === 0 ? (1 as const) : (0 as const),
    })),
  };

  it('are drawn anew each epoch, the findings always', () => {
    const epochs = [0, 1].map((epoch) => drawCandidates([scan], 2, { seed: 1, epoch }));
    for (const drawn of epochs) {
      expect(drawn).toHaveLength(countDrawn([scan], 2));
      expect(drawn).toHaveLength(12);
      expect(new Set(drawn.map(({ example }) => example)).size).toBe(12);
      expect(drawn.filter(({ labels }) => labels?.[0] === 1)).toHaveLength(4);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(drawCandidates([scan], 2, { seed: 1, epoch: 0 })).toEqual(epochs[0]);
    expect(candidatesOf([scan])).toHaveLength(40);
  });

  it('lie in the middle of their crops, whatever the direction and spacing of the file', () => {
    const place = {
      path: '',
      channels: 1,
      size: [40, 40, 20],
      spacing: [1, 1, 2],
      origin: [20, 20, -10],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    };
    // Voxel (10, 12, 5) of the file; at 1 mm voxel (10, 12, 10.5).
    const box = boxAround({ place, size: [40, 40, 40] }, [10, 8, 0], [4, 5, 4]);
    expect(box.start).toEqual([9, 10, 9]);
  });
});

/** Calls a place with a look-alike one that does not count. */
async function excludeAFinding(): Promise<void> {
  const rows = await luna.table('candidates_V2.csv');
  const scans = (await luna.files()).filter((path) => /^subset8.*\.mhd$/.test(path));
  const { seriesuid, coordX, coordY, coordZ } = rows.find(
    (row) => row.class === '0' && scans[0]!.includes(row.seriesuid!),
  )!;
  const line = [seriesuid, coordX, coordY, coordZ, -1].join(',');
  const header = 'seriesuid,coordX,coordY,coordZ,diameter_mm';
  writeFileSync(luna.path('annotations_excluded.csv'), `${header}\n${line}\n`);
}
