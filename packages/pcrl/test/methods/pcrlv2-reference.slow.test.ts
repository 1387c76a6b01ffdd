import { cat, noGrad, RandomStream, scope, type Tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { pcrlv2Loss } from '../../src/methods/pcrlv2.js';
import { type NsUNet, NsUNet2D, NsUNet3D } from '../../src/networks/index.js';
import type { LossSettings } from '../../src/settings/index.js';
import type { ViewBatch } from '../../src/views/index.js';
import { hashUniform, referenceInput, setReferenceWeights } from './reference-weights.js';

// Numbers of the official networks in PyTorch, double precision; ours are in single precision.
const LOSS_TOLERANCE = 1e-5;

const official: Omit<LossSettings, 'scales'> = {
  restoreViews: 1,
  fullResolutionTerm: true,
  fullResolutionHead: 'separate',
  midTermBeta: 'cosine-240',
  matchSizes: 'upsample-prediction',
  compareWeight: 1,
  comparison: 'pairwise',
  scaleDraw: 'perPair',
  localReduction: 'mean',
};

type Row = readonly [mean: number, std: number, first: number, last: number];

interface Reference {
  readonly make: () => NsUNet;
  readonly tensors: number;
  readonly parameters: number;
  readonly evalShape: readonly number[];
  readonly globalShape: readonly number[];
  readonly localShape: readonly number[];
  readonly output: Row;
  readonly levels: readonly {
    z: Row;
    p: Row;
    restoration: Row;
    gg: number;
    lg: number;
    mse: number;
  }[];
  readonly full: number;
  readonly totalLevel: number;
  readonly total: number;
  readonly gradients: Readonly<Record<string, number>>;
}

const random = () => new RandomStream(0, 'test');

const in3D: Reference = {
  make: () =>
    new NsUNet3D(
      {
        width: 32,
        encoderInit: 'random',
        upsampling: 'transposed',
        restorationHead: 'official',
        outputActivation: 'sigmoid',
        skipConnections: false,
      },
      random(),
    ),
  tensors: 100,
  parameters: 17_111_434,
  evalShape: [1, 1, 32, 32, 16],
  globalShape: [4, 1, 32, 32, 16],
  localShape: [4, 1, 16, 16, 16],
  output: [0.522758, 0.021176, 0.519971, 0.541246],
  levels: [
    {
      z: [0.147414, 0.128312, 0.156309, 0.155292],
      p: [-0.007533, 0.288517, -0.033525, 0.432592],
      restoration: [0.390452, 0.04777, 0.442118, 0.435309],
      gg: -0.004495,
      lg: -0.017386,
      mse: 0.122416,
    },
    {
      z: [0.072391, 0.098526, 0.164616, 0.091464],
      p: [-0.001325, 0.188671, -0.053485, -0.028131],
      restoration: [0.473449, 0.029244, 0.518393, 0.497374],
      gg: -0.067789,
      lg: -0.045781,
      mse: 0.143724,
    },
    {
      z: [0.107512, 0.131591, 0.43132, 0.024641],
      p: [-0.041894, 0.218389, -0.037089, -0.04498],
      restoration: [0.492701, 0.020136, 0.485783, 0.475616],
      gg: -0.100925,
      lg: -0.075168,
      mse: 0.119945,
    },
  ],
  full: 0.136498,
  totalLevel: 1,
  total: 0.166652,
  gradients: {
    'down_tr64.ops.0.conv1.weight': 5.897348e-1,
    'down_tr512.ops.1.conv1.weight': 4.555148,
    'up_tr128.predictor_head.3.weight': 1.097176,
    'up_tr128.deep_supervision_head.conv1.weight': 4.830117e-1,
    'out_tr.final_conv.weight': 2.336374e-1,
  },
};

const in2D: Reference = {
  make: () =>
    new NsUNet2D(
      {
        encoderInit: 'random',
        upsampling: 'nearest',
        restorationHead: 'official',
        outputActivation: 'linear',
        skipConnections: false,
      },
      random(),
    ),
  tensors: 162,
  parameters: 14_678_226,
  evalShape: [1, 3, 64, 64],
  globalShape: [4, 3, 64, 64],
  localShape: [4, 3, 32, 32],
  output: [-2.88122, 3.469195, -0.866396, 0.456505],
  levels: [
    {
      z: [3.868708, 4.026661, -0.031596, 7.256408],
      p: [-0.359102, 7.875213, 7.31173, 2.584314],
      restoration: [2.752141, 9.544892, 4.416065, -12.637169],
      gg: 0.0014,
      lg: 0.009655,
      mse: 1.046273,
    },
    {
      z: [3.225417, 3.691047, 6.149569, 0.317344],
      p: [-0.103444, 6.467857, 2.885734, -2.12326],
      restoration: [-0.490224, 5.326892, 2.18531, 2.272435],
      gg: -0.027872,
      lg: -0.006889,
      mse: 0.622683,
    },
    {
      z: [2.345011, 3.070943, 2.799896, 0.589051],
      p: [-0.609043, 4.195351, 1.264319, -7.146007],
      restoration: [7.545314, 6.935766, 0.766106, -0.509695],
      gg: -0.021342,
      lg: 0.002566,
      mse: 1.576785,
    },
    {
      z: [2.654257, 2.850311, 9.122129, 6.119691],
      p: [-0.7393, 5.982895, -7.541233, -9.244295],
      restoration: [-1.211891, 3.711304, 0.103004, -1.424424],
      gg: -0.00229,
      lg: 0.064374,
      mse: 0.712429,
    },
    {
      z: [2.620276, 2.868042, 0.653524, 2.079355],
      p: [-0.812499, 5.473218, 2.638236, -7.723525],
      restoration: [-0.451175, 3.436967, -0.838909, -0.576892],
      gg: -0.093959,
      lg: -0.06835,
      mse: 1.268276,
    },
  ],
  full: 1.063178,
  totalLevel: 2,
  total: 2.621187,
  gradients: {
    'model.encoder.conv1.weight': 1.524483e1,
    'model.encoder.layer4.1.conv2.weight': 9.694077,
    'model.decoder.blocks.2.deep_supervision_head.3.weight': 3.948651,
    'model.decoder.blocks.2.predictor_head.3.weight': 5.293545e-1,
    'model.segmentation_head.0.weight': 3.515368,
  },
};

function expectRow(values: Tensor, row: Row, what: string): void {
  const numbers = values.toArray();
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const std = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
  const found = [mean, std, numbers[0]!, numbers[numbers.length - 1]!];
  const worst = Math.max(...found.map((value, i) => Math.abs(value - row[i]!)));
  const scale = Math.max(1, Math.abs(row[0]) + row[1]);
  expect(worst / scale, `${what}: ${found.join(', ')}`).toBeLessThan(5e-6);
}

function referenceViews({ globalShape, localShape }: Reference): ViewBatch {
  const target = referenceInput(3, globalShape);
  return {
    globals: [referenceInput(1, globalShape), referenceInput(2, globalShape)],
    targets: [target, target],
    locals: cat([0, 1, 2, 3, 4, 5].map((view) => referenceInput(4 + view, localShape))),
  };
}

it('hashes as the reference does', () => {
  expect([0, 1, 2, 3].map((j) => hashUniform(0, j).toFixed(8))).toEqual([
    '0.00000000',
    '0.31759886',
    '0.19123477',
    '0.52320410',
  ]);
  expect(hashUniform(1000, 2)).toBeCloseTo(0.85519559, 8);
});

describe.each([
  ['3D', in3D],
  ['2D', in2D],
] as const)('the official %s network', (_, reference) => {
  it('has the official parameters', () => {
    using network = reference.make();
    expect(network.parameterCount()).toBe(reference.parameters);
    expect(setReferenceWeights(network)).toBe(reference.tensors);
  });

  it('gives the reference outputs in evaluation', () => {
    using network = reference.make();
    setReferenceWeights(network);
    network.eval();
    noGrad(() =>
      scope(() => {
        const maps = network.decode(referenceInput(0, reference.evalShape));
        expectRow(network.restoreFinest(maps[maps.length - 1]!), reference.output, 'output');
        reference.levels.forEach((level, index) => {
          const { projected, predicted } = network.project(index, maps[index]!);
          expectRow(projected, level.z, `z ${index}`);
          expectRow(predicted, level.p, `p ${index}`);
          const restored = network.restoreFullSize(index, maps[index]!);
          expectRow(restored, level.restoration, `restoration ${index}`);
        });
      }),
    );
  });

  it('gives the reference losses at every level', () => {
    using network = reference.make();
    setReferenceWeights(network);
    reference.levels.forEach((level, index) => {
      noGrad(() =>
        scope(() => {
          const settings = { ...official, scales: reference.levels.length };
          const pairs = Array.from({ length: 6 }, () => [index, index] as const);
          const { parts } = pcrlv2Loss(network, referenceViews(reference), settings, {
            scales: { global: index, pairs },
            beta: 1,
          });
          expect(parts.global!.item()).toBeCloseTo(level.gg, 5);
          expect(parts.local!.item()).toBeCloseTo(level.lg, 5);
          expect(parts.mid!.item()).toBeCloseTo(level.mse, 5);
          expect(parts.full!.item()).toBeCloseTo(reference.full, 5);
        }),
      );
    });
  });

  it('gives the reference total and gradients', () => {
    using network = reference.make();
    setReferenceWeights(network);
    scope(() => {
      const settings = { ...official, scales: reference.levels.length };
      const level = reference.totalLevel;
      const pairs = Array.from({ length: 6 }, () => [level, level] as const);
      const { total } = pcrlv2Loss(network, referenceViews(reference), settings, {
        scales: { global: level, pairs },
        beta: 1,
      });
      expect(Math.abs(total.item() - reference.total)).toBeLessThan(LOSS_TOLERANCE);
      total.backward();
      const parameters = network.namedParameters();
      for (const [name, norm] of Object.entries(reference.gradients)) {
        const found = parameters.get(name)!.grad!.norm().item();
        expect(Math.abs(found / norm - 1), `${name}: ${found}`).toBeLessThan(1e-3);
      }
    });
  });
});

it('keeps the reference running statistics', () => {
  using network = in3D.make();
  setReferenceWeights(network);
  noGrad(() =>
    scope(() => {
      const pairs = Array.from({ length: 6 }, () => [1, 1] as const);
      const draw = { scales: { global: 1, pairs }, beta: 1 };
      pcrlv2Loss(network, referenceViews(in3D), { ...official, scales: 3 }, draw);
    }),
  );
  const state = network.stateDict();
  expect(state.get('down_tr64.ops.0.bn1.running_mean')!.toArray()[0]).toBeCloseTo(0.1451447, 6);
  expect(state.get('down_tr64.ops.0.bn1.running_var')!.toArray()[0]).toBeCloseTo(0.7746827, 6);
});
