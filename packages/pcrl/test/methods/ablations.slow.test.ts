import { cat, type Module, noGrad, RandomStream, scope, type Tensor, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { comparisonLoss, spread } from '../../src/methods/comparison.js';
import { pcrlv2 } from '../../src/methods/pcrlv2.js';
import { CommonWidth } from '../../src/networks/comparison-heads.js';
import { DecoderLevel2D } from '../../src/networks/decoder-2d.js';
import { DecoderLevel3D } from '../../src/networks/decoder-3d.js';
import { NsUNet2D, NsUNet3D } from '../../src/networks/index.js';
import { type PretrainInput, resolvePretrainSettings } from '../../src/settings/index.js';
import { difference, noPython, python } from '../python.js';

const random = (index = 0) => new RandomStream(8, 'ablations', index);

function noise(index: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(random(index).fillNormal(new Float32Array(size)), shape);
}

/** One step of a small 3D network with some settings changed: its terms, and what has a gradient. */
function step(changes: object) {
  const settings = resolvePretrainSettings({
    dimensions: 3,
    data: ['unused'],
    out: 'unused',
    network: { width: 2 },
    views: { size: [16, 16, 16], localSize: [8, 8, 8] },
    ...changes,
  } as PretrainInput);
  const method = pcrlv2(settings, random());
  using network = method.network;
  return scope(() => {
    const target = noise(3, [3, 1, 16, 16, 16]);
    const { localViews } = settings.views;
    const locals = Array.from({ length: localViews }, (_, view) =>
      noise(9 + view, [3, 1, 8, 8, 8]),
    );
    const { total, parts } = method.loss(
      {
        globals: [noise(1, target.shape), noise(2, target.shape)],
        targets: [target, target],
        locals: localViews === 0 ? noise(9, [0, 1, 8, 8, 8]) : cat(locals),
      },
      { seed: 1, epoch: 0, epochs: 10, step: 0 },
    );
    total.backward();
    return { parts: Object.keys(parts), learns: whatLearns(network) };
  });
}

function whatLearns(network: Module): (part: string) => boolean {
  const named = [...network.namedParameters()].map(([name, { grad }]) => ({
    name,
    learns: grad !== null && grad.abs().sum().item() > 0,
  }));
  return (part) => {
    const found = named.filter(({ name }) => name.includes(part));
    expect(found.length, part).toBeGreaterThan(0);
    return found.some(({ learns }) => learns);
  };
}

describe('an ablation of pre-training', () => {
  it('without restoration has no such term, and its heads learn nothing', () => {
    const loss = { fullResolutionTerm: false, midTermBeta: 0 };
    const { parts, learns } = step({ loss });
    expect(parts).toEqual(['global', 'local']);
    expect(learns('deep_supervision_head') || learns('out_tr')).toBe(false);
    expect(learns('predictor_head') && learns('down_tr64')).toBe(true);
  });

  it('without comparison has no such term, and no predictor learns', () => {
    const { parts, learns } = step({ loss: { compareWeight: 0 } });
    expect(parts).toEqual(['full', 'mid']);
    expect(learns('predictor_head')).toBe(false);
    expect(learns('deep_supervision_head') && learns('out_tr') && learns('down_tr64')).toBe(true);
  });

  it('without local views compares the global ones alone', () => {
    expect(step({ views: { localViews: 0 } }).parts).toEqual(['full', 'mid', 'global']);
  });

  it('at one scale trains the heads of the finest level alone', () => {
    const { learns } = step({ loss: { scales: 1 } });
    const levels = ['up_tr256', 'up_tr128', 'up_tr64'];
    expect(levels.map((level) => learns(`${level}.predictor_head`))).toEqual([false, false, true]);
  });

  it('that compares the encoder alone needs no decoder', () => {
    const loss = { comparison: 'encoder', fullResolutionTerm: false, midTermBeta: 0 };
    const { parts, learns } = step({ loss });
    expect(parts).toEqual(['global', 'local']);
    expect(learns('encoder_head') && learns('down_tr512')).toBe(true);
    expect(learns('up_tr')).toBe(false);
  });

  it('that compares across levels trains every level and the maps to a common width', () => {
    const { parts, learns } = step({ loss: { comparison: 'crossed' } });
    expect(parts).toEqual(['full', 'mid', 'global', 'local']);
    const trained = ['up_tr256', 'up_tr128', 'up_tr64'].map((level) => `${level}.predictor_head`);
    for (const part of [...trained, 'common_width.0', 'common_width.2']) {
      expect(learns(part), part).toBe(true);
    }
  });

  it('with skip connections learns as well', () => {
    const { parts, learns } = step({ network: { width: 2, skipConnections: true } });
    expect(parts).toEqual(['full', 'mid', 'global', 'local']);
    expect(learns('down_tr64') && learns('up_tr64')).toBe(true);
  });
});

describe('what ablations add to the networks', () => {
  const network2D = {
    encoderInit: 'random',
    upsampling: 'nearest',
    restorationHead: 'official',
    outputActivation: 'linear',
    skipConnections: false,
  } as const;
  const network3D = { ...network2D, width: 32, upsampling: 'transposed' } as const;
  const parameters2D = (
    skipConnections: boolean,
    comparison: 'pairwise' | 'crossed' | 'encoder',
  ) => {
    using network = new NsUNet2D({ ...network2D, skipConnections }, random(), comparison);
    return network.parameterCount();
  };

  it('is the width of the skips, in 2D', () => {
    const skips = 9 * (256 * 256 + 128 * 128 + 64 * 64 + 64 * 32);
    expect(parameters2D(true, 'pairwise')).toBe(14_678_226 + skips);
  });

  it('is the width of the skips, in 3D', () => {
    using network = new NsUNet3D({ ...network3D, skipConnections: true }, random());
    expect(network.parameterCount()).toBe(17_111_434 + 27 * (256 ** 2 + 128 ** 2 + 64 ** 2));
  });

  it('is a map from each level, or a head of the encoder', () => {
    expect(parameters2D(false, 'crossed')).toBe(14_678_226 + 256 * (256 + 128 + 64 + 32 + 16));
    const predictor = 512 * 1024 + 1024 + 2 * 1024 + 1024 * 512 + 512;
    expect(parameters2D(false, 'encoder')).toBe(14_678_226 + 2 * 512 + predictor);
  });

  it('leaves the first weights of the rest as they are', () => {
    using plain = new NsUNet3D({ ...network3D, width: 2 }, random());
    using crossed = new NsUNet3D({ ...network3D, width: 2 }, random(), 'crossed');
    const state = crossed.stateDict();
    for (const [name, values] of plain.stateDict()) {
      expect(state.get(name)?.toArray(), name).toEqual(values.toArray());
    }
  });
});

describe.skipIf(noPython)('against PyTorch', () => {
  const values = (value: Tensor) => ({ shape: value.shape, values: [...value.toArray()] });
  const read = `import torch, torch.nn.functional as F
t = lambda x: torch.tensor(x['values'], dtype=torch.float64).reshape(x['shape'])
`;

  it('a comparison across levels is the mean over all pairs of levels', () => {
    const channels = [8, 4, 2];
    using common = new CommonWidth(channels, random(5));
    scope(() => {
      const side = (view: number) =>
        channels.map((width, level) => ({
          projected: noise(20 + 10 * view + level, [3, width]),
          predicted: noise(50 + 10 * view + level, [3, width]),
        }));
      const [one, other] = [side(0), side(1)];
      const loss = comparisonLoss(common.together(one), common.together(other));
      loss.backward();
      const weights = common.parameters();
      const given = {
        views: [one, other].map((levels) =>
          levels.map(({ projected, predicted }) => [values(projected), values(predicted)]),
        ),
        weights: weights.map(values),
      };
      const expected = python<{ loss: number; gradients: number[][] }>(
        given,
        `${read}
w = [t(x).requires_grad_() for x in given['weights']]
v = [[(t(z) @ w[i].T, t(p) @ w[i].T) for i, (z, p) in enumerate(view)] for view in given['views']]
cos = [F.cosine_similarity(p, z.detach()).mean() for a, b in ((0, 1), (1, 0)) for z, _ in v[a] for _, p in v[b]]
loss = -sum(cos) / len(cos)
loss.backward()
answer = dict(loss=loss.item(), gradients=[x.grad.flatten().tolist() for x in w])`,
      );
      expect(loss.item()).toBeCloseTo(expected.loss, 5);
      weights.forEach((weight, at) => {
        expect(difference(weight.grad!.toArray(), expected.gradients[at]!)).toBeLessThan(1e-5);
      });
    });
    expect(spread(noise(1, [64, 3, 128])).item()).toBeGreaterThan(0.95);
  });

  it('a level with a skip convolves both maps', () => {
    const channels = { from: 6, skip: 4, to: 5 };
    const levels = (['nearest', 'transposed'] as const).flatMap((upsampling, at) => {
      const head = { restorationHead: 'official', outputActivation: 'linear', upsampling } as const;
      return [
        {
          level: new DecoderLevel2D(channels, head, random(at)),
          coarser: noise(1, [2, 6, 4, 3]),
          skip: noise(2, [2, 4, 8, 6]),
        },
        {
          level: new DecoderLevel3D(channels, head, random(at)),
          coarser: noise(3, [2, 6, 4, 3, 2]),
          skip: noise(4, [2, 4, 8, 6, 4]),
        },
      ];
    });
    const given = levels.map(({ level, coarser, skip }) => ({
      state: Object.fromEntries(
        [...level.stateDict()].map(([name, value]) => [name, values(value)]),
      ),
      coarser: values(coarser),
      skip: values(skip),
    }));
    const expected = python<number[][]>(
      given,
      `${read}
def decode(given):
    s = {k: t(x) for k, x in given['state'].items()}
    x, axes = t(given['coarser']), len(given['coarser']['shape']) - 2
    conv, up = (F.conv2d, F.conv_transpose2d) if axes == 2 else (F.conv3d, F.conv_transpose3d)
    x = up(x, s['up_conv.weight'], s['up_conv.bias'], stride=2) if 'up_conv.weight' in s else F.interpolate(x, scale_factor=2)
    x = torch.cat([x, t(given['skip'])], 1)
    names = (('conv1.0', 'conv1.1'), ('conv2.0', 'conv2.1')) if axes == 2 else (('ops.0.conv1', 'ops.0.bn1'), ('ops.1.conv1', 'ops.1.bn1'))
    for c, n in names:
        x = conv(x, s[c + '.weight'], s.get(c + '.bias'), padding=1)
        x = F.relu(F.batch_norm(x, None, None, s[n + '.weight'], s[n + '.bias'], True))
    return x.flatten().tolist()
answer = [decode(level) for level in given]`,
    );
    levels.forEach(({ level, coarser, skip }, at) => {
      using _level = level;
      const found = noGrad(() => scope(() => level.decode(coarser, skip)));
      expect(difference(found.toArray(), expected[at]!)).toBeLessThan(2e-5);
    });
  });
});
