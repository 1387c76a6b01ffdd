import { RandomStream, scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { diceLoss, segmentationLoss } from '../../src/tasks/dice-loss.js';
import { onePerStructure, volumeLoss } from '../../src/tasks/volume-loss.js';
import { noPython, python } from '../python.js';

const SHAPE = [2, 3, 3, 4, 2];
const ELEMENTS = 2 * 3 * 3 * 4 * 2;

function example() {
  const random = new RandomStream(3, 'test dice');
  const p = random.fillUniform(new Float32Array(ELEMENTS), 0.05, 0.95);
  const t = Float32Array.from({ length: ELEMENTS }, () => random.integer(2));
  return { p, t };
}

describe('Dice loss', () => {
  it('gives the worked number', () => {
    const loss = scope(() =>
      diceLoss(tensor([0.8, 0.2, 0.6], [1, 1, 3]), tensor([1, 0, 1], [1, 1, 3])).item(),
    );
    expect(loss).toBeCloseTo(0.222222, 5);
  });

  it('of a volume is the same slab by slab', () =>
    scope(() => {
      const random = new RandomStream(4, 'test volume loss');
      const size = [7, 3, 5];
      const mask = Float32Array.from({ length: 105 }, () => random.integer(4));
      const found = random.fillUniform(new Float32Array(210), 0.05, 0.95);
      const probabilities = tensor(found, [1, 2, ...size]);
      const structures = [
        { name: 'whole', values: [1, 2], label: 1 },
        { name: 'core', values: [2], label: 2 },
      ];
      const wanted = onePerStructure(tensor(mask, [1, 1, ...size]), structures);
      for (const loss of ['dice', 'dice+bce', 'dice+bce-double-sigmoid', 'tversky'] as const) {
        const settings = { loss, bceWeight: 0.2 };
        const whole = segmentationLoss(probabilities, wanted, settings).item();
        for (const slab of [1, 30, 1000]) {
          const parts = volumeLoss(probabilities, { mask, structures }, settings, slab);
          expect(parts).toBeCloseTo(whole, 5);
        }
      }
    }));

  it('is 0 for a class that is neither there nor predicted', () => {
    const loss = scope(() => diceLoss(tensor([0, 0], [1, 1, 2]), tensor([0, 0], [1, 1, 2])).item());
    expect(loss).toBeCloseTo(0, 6);
  });

  it.skipIf(noPython)('and its gradient are PyTorch’s, for each kind', () => {
    const { p, t } = example();
    const kinds = ['dice', 'dice+bce', 'dice+bce-double-sigmoid', 'tversky'] as const;
    const wanted = python<{ loss: number; gradient: number[] }[]>(
      { p: [...p], t: [...t], shape: SHAPE, kinds },
      `
import torch, torch.nn.functional as F
t = torch.tensor(given['t'], dtype=torch.float64).reshape(given['shape'])
answer = []
for kind in given['kinds']:
    p = torch.tensor(given['p'], dtype=torch.float64).reshape(given['shape']).requires_grad_()
    total = 0
    for k in range(p.shape[1]):
        for n in range(p.shape[0]):
            a, b = p[n, k].flatten(), t[n, k].flatten()
            if kind == 'tversky':
                m = (a * b).sum() + 0.3 * (a * (1 - b)).sum() + 0.7 * ((1 - a) * b).sum()
                total = total + (1 - ((a * b).sum() + 1) / (m + 1)) / p.shape[0]
            else: total = total + (1 - (2 * (a * b).sum() + 1e-5) / (a.sum() + b.sum() + 1e-5)) / p.shape[0]
        if kind == 'dice+bce': total = total + 0.2 * F.binary_cross_entropy(p[:, k], t[:, k])
        if kind == 'dice+bce-double-sigmoid':
            total = total + 0.2 * F.binary_cross_entropy_with_logits(p[:, k], t[:, k])
    total.backward()
    answer.append({'loss': total.item(), 'gradient': p.grad.flatten().tolist()})`,
    );
    kinds.forEach((loss, at) => {
      const found = scope(() => {
        const probabilities = tensor(p, SHAPE);
        probabilities.requiresGrad = true;
        const total = segmentationLoss(probabilities, tensor(t, SHAPE), { loss, bceWeight: 0.2 });
        total.backward();
        return { loss: total.item(), gradient: probabilities.grad!.toArray() };
      });
      expect(found.loss).toBeCloseTo(wanted[at]!.loss, 5);
      wanted[at]!.gradient.forEach((value, i) => {
        expect(found.gradient[i]).toBeCloseTo(value, 5);
      });
    });
  });
});
