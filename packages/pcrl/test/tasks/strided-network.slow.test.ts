import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noGrad, RandomStream, saveTensors, scope, tensor } from '@pcrl/torch';
import { expect, it } from 'vitest';
import { Encoder3D } from '../../src/networks/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { supervisedAtDepths } from '../../src/tasks/depths-loss.js';
import { segmentationLoss } from '../../src/tasks/dice-loss.js';
import { finetune } from '../../src/tasks/finetune.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { StridedNetwork3D } from '../../src/tasks/strided-network-3d.js';
import { findWeights, loadEncoder } from '../../src/tasks/weights.js';
import { noPython, python } from '../python.js';
import { drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const WIDTH = 8;
const SHAPE = [1, 1, 64, 32, 32];
const folder = mkdtempSync(join(tmpdir(), 'pcrl-strided-'));

/** The network of section 5.3 written anew, on the weights of a file. */
const NETWORK = `
import json, struct, torch, numpy as np, torch.nn.functional as F
with open(given['weights'], 'rb') as file:
    length = struct.unpack('<Q', file.read(8))[0]
    header = json.loads(file.read(length)); body = file.read()
w = {k: torch.tensor(np.frombuffer(body[h['data_offsets'][0]:h['data_offsets'][1]], '<f4').reshape(h['shape']).astype(np.float64)).requires_grad_()
     for k, h in header.items() if k != '__metadata__'}
def unit(x, name, stride=1):
    x = F.conv3d(x, w[name + '.conv1.weight'], w[name + '.conv1.bias'], stride=stride, padding=1)
    return F.relu(F.group_norm(x, 8, w[name + '.bn1.weight'], w[name + '.bn1.bias']))
double = lambda x, name: unit(unit(x, name + '.ops.0'), name + '.ops.1')
x = torch.tensor(given['x'], dtype=torch.float64).reshape(given['shape'])
t = torch.tensor(given['t'], dtype=torch.float64).reshape(given['shape'])
begin = unit(x, 'beginning', 2)
a = double(F.max_pool3d(begin, 2), 'down_tr64')
b = double(F.max_pool3d(a, 2), 'down_tr128')
c = double(F.max_pool3d(b, 2), 'down_tr256')
y = double(F.max_pool3d(c, 2), 'down_tr512')
outs = []
for i, (name, skip) in enumerate([('up_tr256', c), ('up_tr128', b), ('up_tr64', a), ('up_tr32', begin)]):
    y = F.conv_transpose3d(y, w[name + '.up_conv.weight'], w[name + '.up_conv.bias'], stride=2)
    y = double(torch.cat([y, skip], 1), name)
    if i != 2:
        side = 'side_outputs.%d' % len(outs)
        outs.append(F.interpolate(F.conv3d(y, w[side + '.weight'], w[side + '.bias']), x.shape[2:], mode='trilinear'))
up = F.interpolate(y, scale_factor=2, mode='trilinear')
outs.append(F.conv3d(up, w['out_tr.final_conv.weight'], w['out_tr.final_conv.bias']))
def tversky(logits):
    p = torch.sigmoid(logits); s = (1, 2, 3, 4)
    pt, fp, fn = (p * t).sum(s), (p * (1 - t)).sum(s), ((1 - p) * t).sum(s)
    return (1 - (pt + 1) / (pt + 0.3 * fp + 0.7 * fn + 1)).clamp(0, 2).mean()
losses = [tversky(o) for o in outs]
loss = 0.33 * 0.8 ** 2 * sum(losses[:3]) + losses[3]
loss.backward()
answer = {'outs': [[o.abs().mean().item(), o.flatten()[::977].tolist()] for o in outs], 'loss': loss.item(),
          'gradients': {k: v.grad.norm().item() for k, v in w.items()}}`;

it.skipIf(noPython)('is PyTorch’s, with its loss at four depths and its gradients', () => {
  const random = new RandomStream(2, 'test strided');
  using net = new StridedNetwork3D(0, { width: WIDTH, classes: 1 }, random);
  const weights = join(folder, 'net.safetensors');
  saveTensors(weights, net.stateDict());
  const count = SHAPE.reduce((product, side) => product * side, 1);
  const x = random.fillNormal(new Float32Array(count), 0, 1);
  const t = Float32Array.from(x, (value) => Number(value > 0.5));
  const wanted = python<{
    outs: [number, number[]][];
    loss: number;
    gradients: Record<string, number>;
  }>({ weights, shape: SHAPE, x: [...x], t: [...t] }, NETWORK);
  scope(() => {
    const outputs = net.outputs(tensor(x, SHAPE));
    const target = tensor(t, SHAPE);
    const settings = { loss: 'tversky', bceWeight: 0 } as const;
    const losses = outputs.map((logits) => segmentationLoss(logits.sigmoid(), target, settings));
    const loss = supervisedAtDepths(losses, 99);
    expect(loss.item()).toBeCloseTo(wanted.loss, 5);
    outputs.forEach((output, n) => {
      const [size, some] = wanted.outs[n]!;
      const values = output.toArray();
      some.forEach((value, i) => {
        expect(Math.abs(values[i * 977]! - value) / size).toBeLessThan(1e-3);
      });
    });
    loss.backward();
    // Of a bias before a normalisation of single channels nothing is left but rounding.
    const rounding = 1e-4 * Math.max(...Object.values(wanted.gradients));
    for (const [name, parameter] of net.namedParameters()) {
      const norm = noGrad(() => Math.sqrt(parameter.grad!.mul(parameter.grad!).sum().item()));
      const expected = wanted.gradients[name]!;
      expect(Math.abs(norm - expected) / (expected + rounding), name).toBeLessThan(0.002);
    }
    const [alone] = [net.forward(tensor(x, SHAPE))];
    expect(alone.sub(outputs.at(-1)!).abs().max().item()).toBeLessThan(1e-5);
  });
});

it('takes the stages of a pre-trained encoder but the first', () => {
  using pretrained = new Encoder3D({ width: WIDTH }, new RandomStream(4, 'test strided'));
  const path = join(folder, 'encoder.safetensors');
  saveTensors(path, pretrained.stateDict());
  using net = new StridedNetwork3D(0, { width: WIDTH, classes: 1 }, new RandomStream(5, 'net'));
  const name = (stage: string) => `${stage}.ops.0.conv1.weight`;
  const before = net.stateDict().get(name('down_tr64'))!.toArray();
  loadEncoder(net.encoder, findWeights(path), net.newInEncoder);
  expect(net.stateDict().get(name('down_tr64'))!.toArray()).toEqual(before);
  for (const stage of ['down_tr128', 'down_tr512']) {
    expect(net.stateDict().get(name(stage))!.toArray()).toEqual(
      pretrained.stateDict().get(name(stage))!.toArray(),
    );
  }
});

it('is what the official preset trains for LiTS, in windows of multiples of 32', async () => {
  const root = temporaryFolder();
  const data = [await drawVolumes(root, { cases: { train: 2, val: 1, test: 1 } })];
  const settings = resolveFinetuneSettings({
    ...{ task: 'segmentation', preset: 'official', protocol: 'lits', data, out: join(root, 'run') },
    ...{ seeds: 1, steps: 2, batch: 2, device: 'cpu', threads: 1, labelNames: null },
    network: { width: WIDTH },
    views: { size: [24, 16, 32], spacing: 'native', intensity: 'auto' },
  } as FinetuneInput);
  expect(settings).toMatchObject({
    network: { strided: true, dropout: 0.3 },
    largestComponent: true,
  });
  const result = await finetune(settings, listeningIO().io);
  expect(result.complete).toBe(true);
  const quiet = { say: () => {}, warn: () => {}, interrupted: () => false, count: () => {} };
  const inputs = [join(root, 'images/v0.nii.gz')];
  const request = { model: settings.out, inputs, out: join(root, 'predicted'), maps: false };
  expect(await predict(request, quiet)).toMatchObject({ predicted: 1, failed: [] });
});
