import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors, RandomStream, saveTensors, scope, type Tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { Encoder3D, NsUNet2D, ResNet18 } from '../../src/networks/index.js';
import { resolvePretrainSettings } from '../../src/settings/index.js';
import { findWeights, loadEncoder, widthOf } from '../../src/tasks/weights.js';
import { temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
const random = (seed: number) => new RandomStream(seed, 'test weights');

function save(name: string, tensors: ReadonlyMap<string, Tensor>, prefix = ''): string {
  const path = join(folder, name);
  saveTensors(path, new Map([...tensors].map(([key, value]) => [prefix + key, value])));
  return path;
}

const firstWeights = (encoder: ResNet18 | Encoder3D, key: string) =>
  encoder.stateDict().get(key)!.toArray();

describe('encoder weights', () => {
  it('come from an encoder’s file, with or without prefixes, a whole network, a checkpoint', () => {
    using source = new ResNet18(random(1));
    const { network: settings } = resolvePretrainSettings({ dimensions: 2, data: ['x'], out: 'y' });
    using whole = new NsUNet2D(settings as never, random(1));
    const state = [...whole.stateDict()];
    const checkpoint = new Map([
      ...state.map(([key, value]) => [`network.${key}`, value] as const),
      ...state.map(([key, value]) => [`optimiser.${key}.momentum`, value] as const),
    ]);
    const files = [
      save('encoder.safetensors', source.stateDict()),
      save('wrapped.safetensors', source.stateDict(), 'module.'),
      save('whole.safetensors', whole.stateDict(), 'module.'),
      save('whole-checkpoint.safetensors', checkpoint),
    ];
    for (const path of files) {
      using target = new ResNet18(random(2));
      loadEncoder(target, findWeights(path));
      expect(firstWeights(target, 'layer4.1.conv2.weight').slice(0, 9)).toEqual(
        firstWeights(
          path.includes('whole') ? whole.encoder : source,
          'layer4.1.conv2.weight',
        ).slice(0, 9),
      );
    }
  });

  it('are called by their file, or by the run whose encoder they are', () => {
    using source = new ResNet18(random(1));
    mkdirSync(join(folder, 'xrays'));
    expect(findWeights(save('resnet.safetensors', source.stateDict()))).toMatchObject({
      name: 'resnet',
    });
    expect(findWeights(save('xrays/encoder.safetensors', source.stateDict()))).toMatchObject({
      name: 'xrays',
    });
  });

  it('of batch normalisation go into group normalisation, and leave no tensor behind', () => {
    using source = new Encoder3D({ width: 8 }, random(1));
    const found = findWeights(save('volume.safetensors', source.stateDict()));
    expect(widthOf(found)).toBe(8);
    const before = liveTensors().tensors;
    {
      using target = new Encoder3D({ width: 8, normalisation: 'group' }, random(2));
      loadEncoder(target, found);
      expect(firstWeights(target, 'down_tr512.ops.1.conv1.weight')).toEqual(
        firstWeights(source, 'down_tr512.ops.1.conv1.weight'),
      );
    }
    expect(liveTensors().tensors).toBe(before);
  });

  it('give the same response when equal channels replace one', () => {
    using source = new Encoder3D({ width: 8 }, random(1));
    const found = findWeights(save('one-channel.safetensors', source.stateDict()));
    using target = new Encoder3D({ width: 8, inputChannels: 4 }, random(2));
    loadEncoder(target, found);
    const key = 'down_tr64.ops.0.conv1.weight';
    const summed = scope(() => target.stateDict().get(key)!.sum(1, true).toArray());
    firstWeights(source, key).forEach((value, i) => {
      expect(summed[i]).toBeCloseTo(value, 6);
    });
  });

  it('that do not fit are shown side by side, and nothing is copied', () => {
    using source = new Encoder3D({ width: 16 }, random(1));
    using target = new Encoder3D({ width: 8 }, random(2));
    const before = firstWeights(target, 'down_tr64.ops.0.conv1.weight');
    const found = findWeights(save('wide.safetensors', source.stateDict()));
    expect(() => loadEncoder(target, found)).toThrow(
      /wide\.safetensors does not fit the network:\n {4}down_tr64\.ops\.0\.conv1\.weight +network \[8, 1, 3, 3, 3\] +file \[16, 1, 3, 3, 3\]/,
    );
    using flat = new ResNet18(random(3));
    const renamed = [...flat.stateDict()].map(([key, value]) => [`x${key}`, value] as const);
    const other = findWeights(save('renamed.safetensors', new Map(renamed)));
    expect(() => loadEncoder(flat, other)).toThrow(
      /conv1\.weight +network \[64, 3, 7, 7\] +file no such key(?:.|\n)*xconv1\.weight +network no such key +file \[64, 3, 7, 7\](?:.|\n)*and \d+ more/,
    );
    expect(firstWeights(target, 'down_tr64.ops.0.conv1.weight')).toEqual(before);
  });

  it('of volumes are told from those of images', () => {
    using volumes = new Encoder3D({ width: 8 }, random(1));
    using images = new ResNet18(random(2));
    const [three, two] = [
      findWeights(save('three.safetensors', volumes.stateDict())),
      findWeights(save('two.safetensors', images.stateDict())),
    ];
    expect(() => loadEncoder(images, three)).toThrow(
      /three\.safetensors holds an encoder for volumes \(3D\), and this one is for images \(2D\)\n/,
    );
    expect(() => loadEncoder(volumes, two)).toThrow(
      /two\.safetensors holds an encoder for images \(2D\), and this one is for volumes \(3D\)\n/,
    );
  });

  it('are looked for where a run has them', () => {
    const run = join(folder, 'run');
    mkdirSync(run);
    expect(() => findWeights(run)).toThrow(/holds no run/);
    writeFileSync(join(run, 'config.json'), '{}');
    expect(() => findWeights(run)).toThrow(/pre-training is not finished/);
    using source = new ResNet18(random(1));
    saveTensors(join(run, 'encoder.safetensors'), source.stateDict());
    expect(findWeights(run)).toMatchObject({ kind: 'run', name: 'run' });
    expect(() => findWeights(join(folder, 'nowhere'))).toThrow(/does not exist/);
    writeFileSync(join(folder, 'weights.pt'), '');
    expect(() => findWeights(join(folder, 'weights.pt'))).toThrow(/no \.safetensors file/);
  });
});
