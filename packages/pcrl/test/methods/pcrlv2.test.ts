import { cat, RandomStream, scope, tensor, zeros } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../src/errors.js';
import { comparisonLoss, spread } from '../../src/methods/comparison.js';
import { midTermWeight, neededDepths, pcrlv2 } from '../../src/methods/pcrlv2.js';
import { drawScales } from '../../src/methods/scales.js';
import { resolvePretrainSettings } from '../../src/settings/index.js';
import type { ViewBatch } from '../../src/views/index.js';

const random = () => new RandomStream(5, 'method test');
const context = { seed: 1, epoch: 0, epochs: 10, step: 0 };

function views(global: readonly number[], local: readonly number[]): ViewBatch {
  const draw = random();
  const fill = (shape: readonly number[]) =>
    tensor(draw.fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape);
  const target = fill(global);
  return {
    globals: [fill(global), fill(global)],
    targets: [target, target],
    locals: cat(Array.from({ length: 6 }, () => fill(local))),
  };
}

describe('the comparison (eq. 7 to 9)', () => {
  const view = (projected: number[], predicted: number[]) => ({
    projected: tensor(projected, [1, 2]),
    predicted: tensor(predicted, [1, 2]),
  });

  it('gives the worked number', () => {
    const loss = comparisonLoss(view([1, 2], [1, 0]), view([2, 1], [0, 1]));
    expect(loss.item()).toBeCloseTo(-0.894427, 6);
  });

  it('is -1 for identical views and an identity predictor, and symmetric', () => {
    const same = view([0.3, -2], [0.3, -2]);
    expect(comparisonLoss(same, same).item()).toBeCloseTo(-1, 6);
    const [one, other] = [view([1, 2], [3, -1]), view([0.5, 1], [1, 1])];
    expect(comparisonLoss(one, other).item()).toBe(comparisonLoss(other, one).item());
  });

  it('stops the gradient at the projections', () => {
    const one = { projected: zeros([2, 3]).add(1), predicted: zeros([2, 3]).add(2) };
    const other = {
      projected: tensor([1, 2, 3, 4, 5, 6], [2, 3]),
      predicted: zeros([2, 3]).add(1),
    };
    for (const leaf of [one.projected, one.predicted, other.projected]) leaf.requiresGrad = true;
    comparisonLoss(one, other).backward();
    expect(one.projected.grad).toBeNull();
    expect(other.projected.grad).toBeNull();
    expect(one.predicted.grad?.abs().sum().item()).toBeGreaterThan(0);
  });

  it('sees collapse in the spread', () => {
    const healthy = tensor(random().fillNormal(new Float32Array(64 * 128)), [64, 128]);
    expect(spread(healthy).item()).toBeGreaterThan(0.95);
    expect(spread(zeros([64, 128]).add(3)).item()).toBeCloseTo(0, 6);
  });
});

describe('the schedule of the restoration at the drawn level', () => {
  it('falls from 1 to 0 over 240 epochs, or over the run', () => {
    const at = (epoch: number) => midTermWeight('cosine-240', { epoch, epochs: 10 });
    [1, 0.853553, 0.5, 0.146447, 0].forEach((weight, i) => {
      expect(at(60 * i)).toBeCloseTo(weight, 6);
    });
    expect(midTermWeight('cosine', { epoch: 5, epochs: 10 })).toBeCloseTo(0.5, 12);
    expect(midTermWeight(0.3, { epoch: 5, epochs: 10 })).toBe(0.3);
  });
});

describe('the draw of levels', () => {
  const draws = (scaleDraw: 'shared' | 'perPair', scales: number) =>
    Array.from({ length: 300 }, (_, step) =>
      drawScales({ scales, scaleDraw }, { levels: 5, localViews: 6 }, { seed: 1, step }),
    );

  it('shares one level, or draws a fresh one for each pair', () => {
    for (const { global, pairs } of draws('shared', 5)) {
      expect(new Set(pairs.flat())).toEqual(new Set([global]));
    }
    expect(draws('perPair', 5).some(({ pairs }) => new Set(pairs.flat()).size > 2)).toBe(true);
  });

  it('is even over the finest levels that take part', () => {
    const counts = [0, 0, 0, 0, 0];
    for (const { global } of draws('shared', 3)) counts[global]! += 1;
    expect(counts.slice(0, 2)).toEqual([0, 0]);
    for (const count of counts.slice(2)) expect(Math.abs(count - 100)).toBeLessThan(35);
  });

  it('is the same again at the same step', () => {
    expect(draws('perPair', 5)).toEqual(draws('perPair', 5));
  });

  it('computes no finer level than the loss reads', () => {
    const drawn = { scales: { global: 1, pairs: [[0, 2] as const] }, beta: 1 };
    const paper = { fullResolutionTerm: false, restoreViews: 2, comparison: 'pairwise' } as const;
    expect(neededDepths(5, paper, drawn)).toEqual({ globals: [2, 3], locals: 3 });
    const official = { ...paper, fullResolutionTerm: true, restoreViews: 1 } as const;
    expect(neededDepths(5, official, drawn)).toEqual({ globals: [5, 3], locals: 3 });
    const encoder = { ...paper, comparison: 'encoder' } as const;
    expect(neededDepths(5, encoder, drawn)).toEqual({ globals: [2, 2], locals: 0 });
    const only = { ...drawn, beta: 0 };
    expect(neededDepths(5, encoder, only)).toEqual({ globals: [0, 0], locals: 0 });
    const crossed = { ...paper, comparison: 'crossed' } as const;
    expect(neededDepths(5, crossed, drawn)).toEqual({ globals: [5, 5], locals: 5 });
  });
});

describe('a level that was not drawn', () => {
  it('gives its heads no gradient', () => {
    const settings = resolvePretrainSettings({
      dimensions: 3,
      preset: 'paper',
      data: ['unused'],
      out: 'unused',
      network: { width: 4 },
      views: { size: [16, 16, 16], localSize: [8, 8, 8] },
    });
    const method = pcrlv2(settings, random());
    using network = method.network;
    scope(() => {
      const { total, parts } = method.loss(views([2, 1, 16, 16, 16], [2, 1, 8, 8, 8]), context);
      expect(Object.keys(parts)).toEqual(['mid', 'global', 'local']);
      total.backward();
    });
    const drawn = drawScales(settings.loss, { levels: 3, localViews: 6 }, context).global;
    const names = ['up_tr256', 'up_tr128', 'up_tr64'];
    const touched = names.map(
      (name) => network.namedParameters().get(`${name}.predictor_head.0.weight`)?.grad != null,
    );
    expect(touched).toEqual(names.map((_, level) => level === drawn));
  });
});

describe('view sizes', () => {
  const settings = (size: number) =>
    resolvePretrainSettings({
      dimensions: 2,
      preset: 'paper',
      data: ['unused'],
      out: 'unused',
      views: { size, localSize: 48 },
    });

  it('need not be a multiple of 32: every level comes back at its stride', () => {
    const method = pcrlv2(
      { ...settings(48), loss: { ...settings(48).loss, midTermBeta: 1 } },
      random(),
    );
    using _network = method.network;
    for (let step = 0; step < 5; step += 1) {
      scope(() => {
        const batch = views([2, 3, 48, 48], [2, 3, 48, 48]);
        expect(Number.isFinite(method.loss(batch, { ...context, step }).total.item())).toBe(true);
      });
    }
  });

  it('that cannot be restored are refused with the nearest that can', () => {
    expect(() => pcrlv2(settings(100), random())).toThrow(SettingsError);
    expect(() => pcrlv2(settings(100), random())).toThrow(/multiple of 16: take 96x96/);
  });
});
