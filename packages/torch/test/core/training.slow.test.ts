import { describe, expect, it } from 'vitest';
import {
  Adam,
  BatchNorm,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  Conv,
  ConvTranspose,
  clipGradientNorm,
  conv,
  convTranspose,
  cosineRate,
  cosineSimilarity,
  crossEntropy,
  Dropout,
  gradients,
  gridSample,
  groupNorm,
  halvingRate,
  instanceNorm,
  interpolate,
  Linear,
  liveTensors,
  Module,
  maxPool,
  mseLoss,
  noGrad,
  type Optimiser,
  RandomStream,
  SGD,
  StateDictError,
  scope,
  type Tensor,
  tensor,
  warmup,
} from '../../src/index.js';
import { difference, noPyTorch, runPyTorch } from './pytorch.js';

const random = new RandomStream(7, 'training test');
const normal = (...shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

type Case = readonly [name: string, ours: (t: Record<string, Tensor>) => Tensor, theirs: string];

/** Each operator's result and the gradient of its square sum with respect to `x`. */
const cases: readonly Case[] = [
  [
    'conv 2D',
    (t) => conv(t.x4!, t.w4!, t.b!, { stride: 2, padding: 1 }),
    "F.conv2d(t['x4'], t['w4'], t['b'], stride=2, padding=1)",
  ],
  [
    'conv 3D',
    (t) => conv(t.x5!, t.w5!, t.b!, { padding: 1 }),
    "F.conv3d(t['x5'], t['w5'], t['b'], padding=1)",
  ],
  [
    'transposed 3D',
    (t) => convTranspose(t.x5!, t.u5!, t.b!, { stride: 2 }),
    "F.conv_transpose3d(t['x5'], t['u5'], t['b'], stride=2)",
  ],
  ['max pool 3D', (t) => maxPool(t.x5!, { window: 2 }), "F.max_pool3d(t['x5'], 2)"],
  [
    'bilinear',
    (t) => interpolate(t.x4!, { scale: 2 }, 'linear'),
    "F.interpolate(t['x4'], scale_factor=2, mode='bilinear', align_corners=False)",
  ],
  [
    'trilinear',
    (t) => interpolate(t.x5!, { size: [5, 7, 3] }, 'linear'),
    "F.interpolate(t['x5'], size=(5,7,3), mode='trilinear', align_corners=False)",
  ],
  [
    'nearest',
    (t) => interpolate(t.x4!, { scale: 2 }, 'nearest'),
    "F.interpolate(t['x4'], scale_factor=2, mode='nearest')",
  ],
  [
    'grid sample',
    (t) => gridSample(t.x4!, t.grid!, { padding: 'border' }),
    "F.grid_sample(t['x4'], t['grid'], padding_mode='border', align_corners=False)",
  ],
  ['group norm', (t) => groupNorm(t.x4!, 2, null, null), "F.group_norm(t['x4'], 2)"],
  ['instance norm', (t) => instanceNorm(t.x4!), "F.instance_norm(t['x4'])"],
  ['mse', (t) => mseLoss(t.x4!, t.y4!), "F.mse_loss(t['x4'], t['y4'])"],
  [
    'bce',
    (t) => binaryCrossEntropy(t.x4!.sigmoid(), t.y4!.sigmoid()),
    "F.binary_cross_entropy(torch.sigmoid(t['x4']), torch.sigmoid(t['y4']))",
  ],
  [
    'bce with logits',
    (t) => binaryCrossEntropyWithLogits(t.x4!, t.y4!.sigmoid()),
    "F.binary_cross_entropy_with_logits(t['x4'], torch.sigmoid(t['y4']))",
  ],
  [
    'cross-entropy',
    (t) => crossEntropy(t.x2!, t.c!.to({ dtype: 'i64' })),
    "F.cross_entropy(t['x2'], t['c'].long())",
  ],
  ['cosine', (t) => cosineSimilarity(t.x2!, t.y2!), "F.cosine_similarity(t['x2'], t['y2'])"],
];

describe.skipIf(noPyTorch)(`operators against PyTorch ${noPyTorch ?? ''}`, () => {
  const inputs = {
    x2: normal(3, 4),
    y2: normal(3, 4),
    c: tensor([0, 3, 1], [3], { dtype: 'f64' }),
    x4: normal(2, 4, 6, 8),
    y4: normal(2, 4, 6, 8),
    w4: normal(3, 4, 3, 3),
    x5: normal(2, 4, 4, 6, 4),
    w5: normal(3, 4, 3, 3, 3),
    u5: normal(4, 3, 2, 2, 2),
    b: normal(3),
    grid: normal(2, 5, 4, 2),
  };
  const program = cases
    .map(
      ([name, , theirs]) =>
        `for k in t: t[k] = t[k].detach().requires_grad_(k in ('x2','x4','x5'))\nr = ${theirs}\nout['${name}'] = r\n(r ** 2).sum().backward()\nout['grad ${name}'] = next(t[k].grad for k in ('x2','x4','x5') if t[k].grad is not None)`,
    )
    .join('\n');
  const reference = noPyTorch ? {} : runPyTorch(program, inputs);

  it.each(cases)('%s', (name, ours) => {
    const leaves = Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [key, value.detach().clone()]),
    );
    const sources = ['x2', 'x4', 'x5'].map((key) => leaves[key]!);
    for (const source of sources) source.requiresGrad = true;
    const result = ours(leaves);
    expect(difference(result.toArray(), reference[name]!)).toBeLessThan(1e-12);
    const found = gradients(result.mul(result).sum(), sources).find((g) => g !== null);
    expect(difference(found!.toArray(), reference[`grad ${name}`]!)).toBeLessThan(1e-11);
  });
});

/** w1 takes part in every step, w2 in every other one: as heads of scales that are drawn do. */
function trainQuadratic(make: (parameters: Map<string, Tensor>) => Optimiser, steps: number) {
  const start = [1, -2, 3];
  const parameters = new Map(
    ['w1', 'w2'].map((name) => {
      const value = tensor(start, [3], { dtype: 'f64' });
      value.requiresGrad = true;
      return [name, value] as const;
    }),
  );
  const optimiser = make(parameters);
  for (let step = 0; step < steps; step += 1) {
    scope(() => {
      let loss = parameters.get('w1')!.sub(0.5).pow(2).sum();
      if (step % 2 === 1) loss = loss.add(parameters.get('w2')!.pow(4).sum());
      loss.backward();
      optimiser.step(0.01);
    });
  }
  return { optimiser, parameters };
}

const pythonLoop = (optimiser: string, zeroed: string) => `
w1 = torch.tensor([1., -2., 3.], dtype=torch.float64, requires_grad=True)
w2 = torch.tensor([1., -2., 3.], dtype=torch.float64, requires_grad=True)
o = ${optimiser}
for step in range(20):
    o.zero_grad(set_to_none=${zeroed})
    loss = ((w1 - 0.5) ** 2).sum()
    if step % 2 == 1: loss = loss + (w2 ** 4).sum()
    loss.backward()
    o.step()
out['w1'] = w1
out['w2'] = w2`;

describe.skipIf(noPyTorch)(`optimisers against PyTorch ${noPyTorch ?? ''}`, () => {
  const sgd = (parameters: Map<string, Tensor>) =>
    new SGD(parameters, { momentum: 0.9, weightDecay: 1e-2 });
  it.each([
    ['SGD', sgd, 'torch.optim.SGD([w1, w2], lr=0.01, momentum=0.9, weight_decay=1e-2)', 'False'],
    [
      'Adam',
      (p: Map<string, Tensor>) => new Adam(p, { weightDecay: 1e-2 }),
      'torch.optim.Adam([w1, w2], lr=0.01, weight_decay=1e-2)',
      'True',
    ],
    [
      'AdamW',
      (p: Map<string, Tensor>) => new Adam(p, { weightDecay: 1e-2, decoupled: true }),
      'torch.optim.AdamW([w1, w2], lr=0.01, weight_decay=1e-2)',
      'True',
    ],
  ] as const)('%s', (_, make, theirs, zeroed) => {
    const { parameters } = trainQuadratic(make, 20);
    const reference = runPyTorch(pythonLoop(theirs, zeroed));
    expect(difference(parameters.get('w1')!.toArray(), reference.w1!)).toBeLessThan(1e-12);
    expect(difference(parameters.get('w2')!.toArray(), reference.w2!)).toBeLessThan(1e-12);
  });

  it('clips the joint norm of gradients', () => {
    const [a, b] = [normal(5), normal(4)];
    a.requiresGrad = true;
    b.requiresGrad = true;
    a.pow(2).sum().add(b.pow(3).sum()).backward();
    const norm = clipGradientNorm([a, b], 0.5);
    const reference = runPyTorch(
      "a, b = t['a'].requires_grad_(), t['b'].requires_grad_()\n((a**2).sum() + (b**3).sum()).backward()\nout['norm'] = torch.nn.utils.clip_grad_norm_([a, b], 0.5)\nout['a'] = a.grad",
      { a, b },
    );
    expect(norm.item()).toBeCloseTo(reference.norm![0]!, 10);
    expect(difference(a.grad!.toArray(), reference.a!)).toBeLessThan(1e-12);
  });
});

const savedOptimisers = [
  ['SGD', (p: Map<string, Tensor>) => new SGD(p, { momentum: 0.9, weightDecay: 1e-2 })],
  ['Adam', (p: Map<string, Tensor>) => new Adam(p)],
] as const;

it.each(savedOptimisers)('%s makes no tensors when its state is asked for', (_, make) => {
  const { optimiser } = trainQuadratic(make, 3);
  const before = liveTensors().tensors;
  optimiser.state();
  expect(liveTensors().tensors).toBe(before);
});

it.each(savedOptimisers)('%s goes on from its saved state as if never stopped', (_, make) => {
  const { parameters: straight } = trainQuadratic(make, 20);
  const { optimiser, parameters } = trainQuadratic(make, 10);
  const next = make(parameters);
  noGrad(() => next.load(optimiser.state()));
  for (let step = 10; step < 20; step += 1) {
    let loss = parameters.get('w1')!.sub(0.5).pow(2).sum();
    if (step % 2 === 1) loss = loss.add(parameters.get('w2')!.pow(4).sum());
    loss.backward();
    next.step(0.01);
  }
  expect(parameters.get('w1')!.toArray()).toEqual(straight.get('w1')!.toArray());
  expect(parameters.get('w2')!.toArray()).toEqual(straight.get('w2')!.toArray());
});

describe('a module', () => {
  class Small extends Module {
    readonly convolution = this.child(
      'conv',
      new Conv({ axes: 2, from: 1, to: 2, kernel: 3 }, random),
    );
    readonly norm = this.child('bn', new BatchNorm(2));
  }

  it("keeps PyTorch's names and order", () => {
    expect([...new Small().stateDict().keys()]).toEqual([
      'conv.weight',
      'conv.bias',
      'bn.weight',
      'bn.bias',
      'bn.running_mean',
      'bn.running_var',
      'bn.num_batches_tracked',
    ]);
  });

  it('lists every key and shape that does not fit, and copies nothing then', () => {
    const small = new Small();
    const before = small.convolution.weight.toArray();
    const other = new Map([
      ['conv.weight', tensor(new Float32Array(8), [2, 1, 2, 2])],
      ['fc.weight', tensor([1])],
    ]);
    expect(() => small.loadStateDict(other)).toThrow(StateDictError);
    expect(() => small.loadStateDict(other)).toThrow(
      /conv\.weight: network \[2, 1, 3, 3\], file \[2, 1, 2, 2\][\s\S]*bn\.weight: .*no such key[\s\S]*fc\.weight/,
    );
    expect(small.convolution.weight.toArray()).toEqual(before);
  });

  it('loads a state dictionary', () => {
    const [one, other] = [new Small(), new Small()];
    other.loadStateDict(one.stateDict());
    expect(other.convolution.weight.toArray()).toEqual(one.convolution.weight.toArray());
  });

  it("starts with PyTorch's bounds", () => {
    const bound = 1 / Math.sqrt(27 * 4);
    const weights = new Conv({ axes: 3, from: 4, to: 64, kernel: 3 }, random).weight.toArray();
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...weights.map(Math.abs))).toBeGreaterThan(0.98 * bound);
    expect(
      new Linear({ from: 9, to: 2 }, random).bias.toArray().every((b) => Math.abs(b) <= 1 / 3),
    ).toBe(true);
    expect(
      new ConvTranspose({ axes: 3, from: 4, to: 8, kernel: 2, stride: 2 }, random).weight.shape,
    ).toEqual([4, 8, 2, 2, 2]);
  });

  it('drops the same entries for the same stream', () => {
    const dropout = new Dropout(0.5);
    const input = tensor(new Float32Array(1000).fill(1));
    const draw = () => {
      dropout.drawFrom(new RandomStream(3, 'dropout'));
      return dropout.forward(input).toArray();
    };
    expect(draw()).toEqual(draw());
    expect(new Set(draw())).toEqual(new Set([0, 2]));
    dropout.eval();
    expect(dropout.forward(input)).toBe(input);
  });
});

it('schedules learning rates', () => {
  const factors = [0, 60, 120, 180, 240].map((epoch) => cosineRate(1, epoch, 240));
  [1, 0.853553, 0.5, 0.146447, 0].forEach((factor, i) => {
    expect(factors[i]).toBeCloseTo(factor, 6);
  });
  expect([0, 49, 50, 100].map((epoch) => halvingRate(1, epoch, 50))).toEqual([1, 1, 0.5, 0.25]);
  expect([0, 4, 9, 50].map((step) => warmup(step, 10))).toEqual([0.1, 0.5, 1, 1]);
});
