import { describe, expect, it } from 'vitest';
import {
  type ClassificationSettings,
  type DetectionSettings,
  type FinetuneInput,
  type FinetuneSettings,
  type Preset,
  resolveFinetuneSettings,
  type SegmentationSettings,
} from '../../src/settings/index.js';
import { pretrainDefaults2D, pretrainDefaults3D } from '../../src/settings/resolve-pretrain.js';

const two = pretrainDefaults2D;
const three = pretrainDefaults3D;

function finetuning<Settings extends FinetuneSettings>(
  task: Settings['task'],
  dimensions: 2 | 3,
  more: object = {},
): (preset: Preset) => Settings {
  return (preset) => {
    const given = {
      task,
      dimensions,
      preset,
      data: ['data'],
      out: 'run',
      ...more,
    } as FinetuneInput;
    return resolveFinetuneSettings(given) as Settings;
  };
}

const classification = finetuning<ClassificationSettings>('classification', 2);
const segmentation = finetuning<SegmentationSettings>('segmentation', 3);
const brats = finetuning<SegmentationSettings>('segmentation', 3, { protocol: 'brats' });
const lits = finetuning<SegmentationSettings>('segmentation', 3, { protocol: 'lits' });
const detection = finetuning<DetectionSettings>('detection', 3);

/** Value in the presets official, default and paper. */
type Row = readonly [
  what: string,
  read: (preset: Preset) => unknown,
  official: unknown,
  byDefault: unknown,
  paper: unknown,
];

// Paper (TPAMI 2023) against the released code, point by point.
const ROWS: readonly Row[] = [
  ['1 decoder levels in 3D', (p) => three(p).loss.scales, 3, 3, 3],
  ['2 decoder levels in 2D', (p) => two(p).loss.scales, 5, 5, 5],
  ['3 views restored', (p) => two(p).loss.restoreViews, 1, 1, 2],
  ['4 full-resolution term', (p) => two(p).loss.fullResolutionTerm, true, true, false],
  ['4 weight at the drawn level', (p) => two(p).loss.midTermBeta, 'cosine-240', 'cosine', 1],
  [
    '5 full-resolution head',
    (p) => three(p).loss.fullResolutionHead,
    'separate',
    'separate',
    'finest',
  ],
  ['6 sign of equation 9', (p) => two(p).loss.compareWeight, 1, 1, 1],
  ['7 level of local terms', (p) => three(p).loss.scaleDraw, 'perPair', 'perPair', 'shared'],
  ['9 weight of local terms', (p) => three(p).loss.localReduction, 'mean', 'mean', 'sum'],
  ['10 coarse predictions', (p) => two(p).loss.matchSizes, ...same('upsample-prediction')],
  ['11 head in 2D', (p) => two(p).network.restorationHead, 'official', 'official', 'paper'],
  ['12 head in 3D', (p) => three(p).network.restorationHead, 'official', 'official', 'paper'],
  ['13 activation in 2D', (p) => two(p).network.outputActivation, ...same('linear')],
  ['13 activation in 3D', (p) => three(p).network.outputActivation, ...same('sigmoid')],
  ['15 up-sampling in 2D', (p) => two(p).network.upsampling, ...same('nearest')],
  ['15 up-sampling in 3D', (p) => three(p).network.upsampling, ...same('transposed')],
  ['16 local view in 2D', (p) => two(p).views.localSize, [96, 96], [96, 96], [224, 224]],
  [
    '17 colour jitter',
    (p) => two(p).views.colorJitter,
    [0.4, 0.4, 0.4, 0.4],
    [0.4, 0.4, 0.4, 0.4],
    null,
  ],
  ['18 cutout on locals', (p) => two(p).views.cutout.onLocals, false, false, true],
  ['19 swap on locals', (p) => three(p).views.swap.onLocals, false, false, true],
  ['20 z-normalised inputs', (p) => three(p).views.inputZNorm, true, true, false],
  ['20 z-normalised targets', (p) => three(p).views.targetZNorm, ...same(false)],
  ['21 background rule', (p) => three(p).views.tissueRule, 'official', 'paper', 'paper'],
  ['22 locals inside the box', (p) => three(p).views.localInsideBox, false, true, true],
  ['23 resampling', (p) => three(p).views.spacing, ...same(1)],
  ['24 stored crops', (p) => three(p).views.storedCrops, true, false, false],
  ['24 crops per volume', (p) => three(p).views.cropsPerVolume, ...same(16)],
  ['25 margins', (p) => three(p).views.margins, [70, 70, 15], [70, 70, 15], [0, 0, 0]],
  ['26 rate in 2D', (p) => two(p).optimiser.learningRate, ...same(1e-2)],
  ['26 rate in 3D', (p) => three(p).optimiser.learningRate, 1e-3, 1e-3, 1e-2],
  ['27 weight decay', (p) => two(p).optimiser.weightDecay, 1e-4, 1e-4, 1e-5],
  ['27 weight decay in 3D', (p) => three(p).optimiser.weightDecay, 1e-4, 1e-4, 1e-5],
  ['28 batch in 2D', (p) => two(p).batch, 64, 64, 256],
  ['28 batch in 3D', (p) => three(p).batch, 32, 32, 32],
  ['29 encoder start', (p) => two(p).network.encoderInit, 'imagenet', 'random', 'random'],
  ['30 epochs', (p) => two(p).epochs, 240, 240, 240],
  ['32 fine-tuning optimiser', (p) => classification(p).optimiser.name, 'adam', 'adam', 'sgd'],
  ['32 fine-tuning rate', (p) => segmentation(p).optimiser.learningRate, 1e-4, 1e-4, 1e-2],
  [
    '32 fine-tuning schedule',
    (p) => segmentation(p).optimiser.schedule,
    'halve',
    'halve',
    'cosine',
  ],
  ['32 fine-tuning halving', (p) => segmentation(p).optimiser.halveEvery, ...same(50)],
  ['32 fine-tuning decay', (p) => segmentation(p).optimiser.weightDecay, 0, 0, 1e-5],
  ['32 fine-tuning epochs', (p) => classification(p).epochs, 100, 100, 240],
  ['33 fine-tuning batch in 2D', (p) => classification(p).batch, 16, 64, 512],
  ['35 loss', (p) => segmentation(p).loss, 'dice+bce-double-sigmoid', 'dice+bce', 'dice'],
  ['35 weight of BCE', (p) => segmentation(p).bceWeight, ...same(0.2)],
  ['33 fine-tuning batch on LUNA16', (p) => detection(p).batch, ...same(32)],
  ['33 crop on LUNA16', (p) => detection(p).views.size, ...same([48, 48, 48])],
  ['33 negatives on LUNA16', (p) => detection(p).negatives, ...same(2)],
  ['33 noise on LUNA16', (p) => detection(p).views.noise.deviation, 1, 0.05, 0.05],
  ['5.2 crop of BraTS', (p) => brats(p).views.size, [112, 128, 112], [64, 64, 32], [112, 112, 112]],
  ['5.2 scaling', (p) => brats(p).views.intensity, 'full-range', 'auto', 'auto'],
  ['5.2 skip connections', (p) => brats(p).network.skipConnections, false, true, true],
  ['5.2 loss', (p) => brats(p).loss, 'dice+bce-double-sigmoid', 'dice+bce', 'dice'],
  ['5.3 crop of LiTS', (p) => lits(p).views.size, [256, 256, 64], [64, 64, 32], [256, 256, 64]],
  ['5.3 around the liver', (p) => lits(p).views.margin, 20, null, 30],
  ['5.3 window', (p) => lits(p).views.intensity, [-200, 200], 'auto', 'auto'],
  ['5.3 loss', (p) => lits(p).loss, 'tversky', 'dice+bce', 'dice'],
  ['5.3 structures', (p) => lits(p).labelNames, ['liver'], null, ['liver']],
  ['5.3 epochs', (p) => lits(p).epochs, 500, 100, 240],
  ['5.3 rate', (p) => lits(p).optimiser.schedule, 'constant', 'halve', 'cosine'],
  ['36 skip connections', (p) => segmentation(p).network.skipConnections, ...same(true)],
];

function same(value: unknown): [unknown, unknown, unknown] {
  return [value, value, value];
}

describe('the presets', () => {
  it.each(ROWS)('row %s', (...[, read, official, byDefault, paper]: Row) => {
    expect(read('official')).toEqual(official);
    expect(read('default')).toEqual(byDefault);
    expect(read('paper')).toEqual(paper);
  });

  it('have the views of the released 2D code', () => {
    expect(two('official').views).toMatchObject({
      size: [224, 224],
      globalViews: 2,
      localViews: 6,
      localPlacement: 'multi-crop',
      globalScale: [0.3, 1],
      localScale: [0.05, 0.3],
      rotation: 10,
      flip: 0.5,
      grayscale: 0.2,
      blur: { chance: 0.5, sigma: [0.1, 2] },
      cutout: { holes: 3, size: 32 },
    });
  });

  it('have the views of the released 3D code', () => {
    expect(three('official').views).toMatchObject({
      size: [64, 64, 32],
      localSize: [16, 16, 16],
      localPlacement: 'sub-crop',
      minimumOverlap: 0.3,
      cropSizes: [
        [96, 96, 64],
        [96, 96, 96],
        [112, 112, 64],
        [64, 64, 32],
      ],
      localCropSizes: [
        [32, 32, 16],
        [16, 16, 16],
        [32, 32, 32],
        [8, 8, 8],
      ],
      affine: { scales: 0.1, degrees: 10 },
      blur: { std: [0, 2] },
      noise: { std: [0, 0.25] },
      gamma: { log: [-0.3, 0.3] },
      swap: { count: 100, patch: [8, 4, 4] },
    });
  });
});
