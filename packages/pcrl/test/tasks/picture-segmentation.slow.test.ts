import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cat, conv, interpolate, liveTensors, noGrad, RandomStream, scope } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset, readLabels } from '../../src/datasets/index.js';
import { tellTask } from '../../src/datasets/tell-task.js';
import { compare } from '../../src/evaluation/compare.js';
import { writeNifti, writePng } from '../../src/images/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { SegmentationNetwork2D } from '../../src/tasks/segmentation-network-2d.js';
import { noPython, python } from '../python.js';
import { listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [48, 40];
let data = '';

/** Pictures with a bright disc (1) and a brighter bar (3), in folders `images` and `masks`. */
async function drawMaskedPictures(): Promise<string> {
  for (const part of ['images', 'masks']) mkdirSync(join(folder, part), { recursive: true });
  const lines = ['image,split,label'];
  const splits = [...Array(10).fill('train'), ...Array(2).fill('val'), ...Array(4).fill('test')];
  for (const [index, split] of splits.entries()) {
    const random = new RandomStream(8, 'masked pictures', index);
    const [x, y] = [random.uniform(10, 16), random.uniform(12, 28)];
    const bar = 30 + random.integer(8);
    const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
      const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (Math.hypot(column - x, row - y) < 8) return 1;
      return column >= bar && column < bar + 8 && row > 6 && row < 34 ? 3 : 0;
    });
    const pixels = mask.map((label) => 40 + 60 * label + random.integer(20));
    const size = { width: WIDTH, height: HEIGHT };
    await writePng(join(folder, `images/p${index}.png`), { ...size, pixels });
    await writePng(join(folder, `masks/p${index}.png`), { ...size, pixels: mask });
    lines.push(`images/p${index}.png,${split},masks/p${index}.png`);
  }
  writeFileSync(join(folder, 'labels.csv'), `${lines.join('\n')}\n`);
  return join(folder, 'labels.csv');
}

beforeAll(async () => {
  data = await drawMaskedPictures();
});

function settings(name: string, changes: object = {}) {
  return resolveFinetuneSettings({
    task: 'segmentation',
    dimensions: 2,
    data: [data],
    out: join(folder, 'runs', name),
    seeds: 1,
    steps: 24,
    batch: 5,
    select: 'last',
    device: 'cpu',
    threads: 1,
    optimiser: { learningRate: 3e-3, schedule: 'constant' },
    views: { size: '48x40', scale: [0.7, 1], rotation: 0 },
    ...changes,
  } as FinetuneInput);
}

describe('segmentation of pictures', () => {
  it('learns two structures; its Dice and distances are those of the masks it saves', async () => {
    const before = liveTensors().tensors;
    const { io, said } = listeningIO();
    const result = await finetune(settings('plain'), io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({ metric: 'Dice', classes: ['1', '3'], dimensions: 2 });
    expect(result.summary.mean.mean).toBeGreaterThan(0.5);
    expect(said.join('\n')).toMatch(/Hausdorff [\d.]+ pixels$/m);
    if (noPython) return;
    const predictions = join(folder, 'runs/plain/seed-1/predictions');
    const wanted = python<(number | null)[][]>(
      { csv: data, folder, predictions },
      `
import csv, glob, numpy as np
from PIL import Image
from scipy.ndimage import binary_erosion, distance_transform_edt
def distance(P, T):
    if not P.any() or not T.any(): return 0.0 if not P.any() and not T.any() else None
    p, t = P & ~binary_erosion(P), T & ~binary_erosion(T)
    far = lambda a, b: np.percentile(distance_transform_edt(~b)[a], 95)
    return float(max(far(p, t), far(t, p)))
test = [r for r in csv.DictReader(open(given['csv'])) if r['split'] == 'test']
answer = []
for row, path in zip(test, sorted(glob.glob(given['predictions'] + '/*.png'))):
    t, p = np.array(Image.open(given['folder'] + '/' + row['label'])), np.array(Image.open(path))
    assert t.shape == p.shape
    answer.append([2 * ((p == k) & (t == k)).sum() / max(1, (p == k).sum() + (t == k).sum()) for k in (1, 3)]
                  + [distance(p == k, t == k) for k in (1, 3)])`,
    );
    const { rows } = readPredictions(join(folder, 'runs/plain/seed-1/predictions.csv'));
    expect(rows).toHaveLength(4);
    rows.flat().forEach((value, i) => {
      const other = wanted.flat()[i]!;
      if (other === null) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(other, 9);
    });
  });

  it('predicts the same masks of the files', async () => {
    const out = join(folder, 'predicted');
    const quiet = { say: () => {}, warn: () => {}, interrupted: () => false, count: () => {} };
    const model = join(folder, 'runs/plain');
    await predict({ model, inputs: [join(folder, 'images')], out, maps: true }, quiet);
    const saved = readdirSync(join(model, 'seed-1/predictions')).sort();
    for (const name of saved) {
      const tested = await readLabels(join(model, 'seed-1/predictions', name));
      const image = name.slice('0001-'.length);
      const again = await readLabels(join(out, 'masks', image));
      expect(again.voxels).toEqual(tested.voxels);
    }
  });

  it('is shown in a comparison', async () => {
    const other = settings('without', { steps: 2, network: { skipConnections: false } });
    await finetune(other, listeningIO().io);
    const folders = ['plain', 'without'].map((name) => join(folder, 'runs', name));
    const { io, said } = listeningIO();
    const { groups } = await compare(folders, join(folder, 'report.html'), io);
    expect(groups[0]?.mean.estimate?.value).toBeGreaterThan(0);
    expect(said.join('\n')).toMatch(/HD95 in pixels/);
  });

  it('takes masks from a folder beside the images, whatever their ending', async () => {
    expect(await tellTask([folder])).toBe('segmentation');
    const { cases } = await openDataset([join(folder)], { use: 'segmentation' });
    expect(cases).toHaveLength(16);
    const other = temporaryFolder();
    for (const part of ['imagesTr', 'labelsTr']) mkdirSync(join(other, part));
    const volume = { size: [4, 4, 4], spacing: [1, 1, 1], voxels: new Uint8Array(64).fill(1) };
    await writeNifti(join(other, 'imagesTr/a_0000.nii.gz'), volume);
    await writeNifti(join(other, 'imagesTr/b_0000.nii.gz'), volume);
    await writeNifti(join(other, 'labelsTr/a.nii.gz'), volume);
    const told = await openDataset([other], { use: 'segmentation' });
    expect(told.cases).toMatchObject([
      { image: join(other, 'imagesTr/a_0000.nii.gz'), mask: join(other, 'labelsTr/a.nii.gz') },
    ]);
    expect(told.notes).toContain('images without a mask, left out: 1');
  });

  it('refuses a mask of colours, and of another size', async () => {
    const other = join(folder, 'masks/odd.png');
    const size = { width: WIDTH, height: HEIGHT };
    const csv = join(folder, 'odd.csv');
    writeFileSync(
      csv,
      `image,split,label\nimages/p0.png,train,masks/odd.png\nimages/p1.png,test,masks/p1.png\n`,
    );
    const pixels = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => (i * 37) % 256);
    await writePng(other, { ...size, pixels });
    const refused = settings('refused', { data: [csv] });
    await expect(finetune(refused, listeningIO().io)).rejects.toThrow(
      /whole numbers from 0 to 255/,
    );
    await writePng(other, { width: 8, height: 8, pixels: new Uint8Array(64) });
    await expect(finetune(refused, listeningIO().io)).rejects.toThrow(
      /another size than their image/,
    );
  });
});

describe('its network', () => {
  it.each([true, false])('is nsUNet with skip connections: %s', (skipConnections) => {
    noGrad(() =>
      scope(() => {
        const random = new RandomStream(3, 'test network');
        const net = new SegmentationNetwork2D({ skipConnections }, 2, random);
        net.eval();
        const state = net.stateDict();
        const weight = (key: string) => state.get(`model.${key}`)!;
        const input = interpolate(
          weight('encoder.conv1.weight').narrow(0, 0, 2),
          { size: [64, 96] },
          'linear',
        );
        const maps = [...net.encoder.features(input)].reverse();
        // Running statistics are 0 and 1 still.
        const activated = (map: ReturnType<typeof conv>) => map.div(Math.sqrt(1 + 1e-5)).clamp(0);
        let wanted = maps[0]!;
        for (let level = 0; level < 5; level++) {
          const up = interpolate(wanted, { scale: 2 }, 'nearest');
          const skip = skipConnections ? maps[level + 1] : undefined;
          const block = `decoder.blocks.${level}`;
          const both = skip ? cat([up, skip], 1) : up;
          const first = activated(
            conv(both, weight(`${block}.conv1.0.weight`), null, { padding: 1 }),
          );
          wanted = activated(conv(first, weight(`${block}.conv2.0.weight`), null, { padding: 1 }));
        }
        const head = 'segmentation_head.0';
        const bias = weight(`${head}.bias`);
        wanted = conv(wanted, weight(`${head}.weight`), bias, { padding: 1 });
        const found = net.forward(input);
        expect(found.shape).toEqual([2, 2, 64, 96]);
        expect(found.sub(wanted).abs().max().item()).toBeLessThan(1e-4);
        // Any size is taken, and given back.
        const odd = net.forward(input.narrow(2, 0, 45).narrow(3, 0, 70));
        expect(odd.shape).toEqual([2, 2, 45, 70]);
        net.dispose();
      }),
    );
  });
});
