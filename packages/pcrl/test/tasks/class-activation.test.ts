import { RandomStream, scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { ClassificationNetwork } from '../../src/tasks/classification-network.js';
import { spreadOver } from '../../src/tasks/predicting/attention.js';
import { activationMaps } from '../../src/tasks/predicting/class-activation.js';
import { NeighbourNetwork, neighboursOf } from '../../src/tasks/probing/neighbour-network.js';
import { noPython, python } from '../python.js';

/** The encoder, CAM of the linear layer, and Grad-CAM of the vote of neighbours, written in PyTorch. */
const TORCH = `
import torch, torch.nn.functional as F
w = {name: torch.tensor(values, dtype=torch.float32).reshape(shape) for name, (shape, values) in given['weights'].items()}
x = torch.tensor(given['input']).reshape(1, 1, 16, 16, 8)
for stage in ('down_tr64', 'down_tr128', 'down_tr256', 'down_tr512'):
    if stage != 'down_tr64': x = F.max_pool3d(x, 2)
    for unit in '01':
        p = f'{stage}.ops.{unit}.'
        x = F.conv3d(x, w[p + 'conv1.weight'], w[p + 'conv1.bias'], padding=1)
        x = F.relu(F.batch_norm(x, w[p + 'bn1.running_mean'], w[p + 'bn1.running_var'], w[p + 'bn1.weight'], w[p + 'bn1.bias']))
maps = x.detach().requires_grad_()
cam = torch.einsum('kc,cxyz->kxyz', w['classification_head.3.weight'], maps[0])
def gradcam(logits):
    found = []
    for k in range(logits(maps).shape[1]):
        g, = torch.autograd.grad(logits(maps)[0, k], maps)
        found.append(F.relu((g.mean((2, 3, 4), keepdim=True) * maps).sum(1)))
    return torch.cat(found)
def votes(m):
    f = F.normalize(m.mean((2, 3, 4)), dim=1)
    near, at = (f @ w['neighbours.features'].T).topk(4)
    weight = ((near - 1) / 0.07).exp()
    share = (weight[..., None] * w['neighbours.labels'][at]).sum(1) / weight.sum(1, keepdim=True)
    return torch.log(share / (1 - share))
answer = dict(cam=cam.flatten().tolist(), gradcam=gradcam(votes).flatten().tolist())`;

describe('maps of what speaks for a class', () => {
  it.skipIf(noPython)('are those of PyTorch: CAM of a linear layer, Grad-CAM of neighbours', () => {
    scope(() => {
      const random = new RandomStream(8, 'maps');
      const shape = { dimensions: 3, classes: 2, dropout: 0.2, width: 2 } as const;
      const plain = new ClassificationNetwork(shape, random);
      const rows = Array.from({ length: 6 }, () =>
        Float32Array.from({ length: plain.encoder.channels.at(-1)! }, () => random.uniform(0, 1)),
      );
      const remembered = neighboursOf(rows, [
        [0, 1],
        [1, 0],
        [1, 1],
        [0, 0],
        [1, 0],
        [0, 1],
      ]);
      const neighbours = new NeighbourNetwork(plain, remembered, 4);
      neighbours.eval();
      const values = Float32Array.from({ length: 16 * 16 * 8 }, () => random.normal());
      const input = tensor(values, [1, 1, 16, 16, 8]);
      const wanted = python<{ cam: number[]; gradcam: number[] }>(
        {
          input: [...values],
          weights: Object.fromEntries(
            [...neighbours.stateDict()].map(([name, each]) => [name, [each.shape, each.toArray()]]),
          ),
        },
        TORCH,
      );
      for (const [net, reference] of [
        [plain, wanted.cam],
        [neighbours, wanted.gradcam],
      ] as const) {
        const maps = activationMaps(net, input);
        expect(maps.map(({ size }) => size)).toEqual([
          [2, 2, 1],
          [2, 2, 1],
        ]);
        const found = maps.flatMap((map) => [...map.values]);
        const scale = Math.max(...reference.map(Math.abs));
        expect(scale).toBeGreaterThan(0);
        found.forEach((value, at) => {
          expect(value / scale).toBeCloseTo(reference[at]! / scale, 5);
        });
      }
      neighbours.dispose();
    });
  });

  it('lie over the box that the network saw, and nowhere else', () => {
    const map = { size: [1, 2], voxels: Float32Array.from([-3, 4]) };
    const heat = spreadOver(map, { start: [1, 2], size: [2, 4] }, [4, 8]);
    const row = [0, 0, 0, 0.25, 0.75, 1, 0, 0];
    expect([...heat]).toEqual([...Array(8).fill(0), ...row, ...row, ...Array(8).fill(0)]);
  });
});
