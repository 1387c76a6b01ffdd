import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describe as inform } from '../../src/cli/info.js';
import { resolvePretrainSettings, writeSettings } from '../../src/settings/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcrl-info-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('pcrl info', () => {
  it('describes a run, with a last line that was cut short', async () => {
    const run = join(folder, 'run');
    await mkdir(join(run, 'checkpoints'), { recursive: true });
    const settings = resolvePretrainSettings({ data: ['ct'], out: run, dimensions: 3, steps: 9 });
    await writeSettings(join(run, 'config.json'), settings);
    await writeFile(
      join(run, 'metrics.jsonl'),
      '{"step":1}\n{"step":12345,"losses":{"full":0.012345678}}\n{"st',
    );
    await writeFile(join(run, 'checkpoints', 'step-2.safetensors'), Buffer.alloc(2500));
    expect((await inform(run)).slice(1)).toEqual([
      'Kind          pre-training, pcrlv2, 3D, preset default',
      'Data          ct',
      'Length        9 steps, batch 32, size 64x64x32, seed 1',
      'Last metrics',
      '  step: 12345',
      '  losses.full: 0.01235',
      'Checkpoints',
      '  step-2.safetensors  2.5 kB',
    ]);
  });

  it('describes a run of fine-tuning by its results', async () => {
    const run = join(folder, 'tuned');
    await mkdir(run);
    const settings = { task: 'classification', dimensions: 2, data: ['a.csv'], from: 'scratch' };
    await writeFile(join(run, 'config.json'), JSON.stringify(settings));
    expect((await inform(run)).at(-1)).toBe('Result        none yet');
    const seed = { labelled: { cases: 21 }, test: {} };
    const mean = { mean: 0.808, deviation: 0.003 };
    const result = {
      metric: 'AUROC',
      classes: ['viral'],
      labels: { ratio: 0.01 },
      splits: { test: { cases: 1192 } },
      seeds: [seed, seed],
      summary: { mean, perClass: [mean] },
      complete: false,
    };
    await writeFile(join(run, 'results.json'), JSON.stringify(result));
    const said = (await inform(run)).join('\n');
    expect(said).toMatch(/Result\n {2}AUROC on 1192 test cases, .*\n.*80\.8/);
    expect(said).toContain('not all seeds are finished');
  });

  it('says of an image that training leaves it out, and why', async () => {
    const path = join(folder, 'flat.png');
    await sharp(Buffer.alloc(6), { raw: { width: 3, height: 2, channels: 1 } })
      .png()
      .toFile(path);
    expect((await inform(path)).at(-1)).toBe('Not usable    all 6 voxels are 0');
  });

  it('describes an image', async () => {
    const path = join(folder, 'a.png');
    const pixels = Buffer.from([0, 255, 0, 255, 0, 255]);
    await sharp(pixels, { raw: { width: 3, height: 2, channels: 1 } })
      .png()
      .toFile(path);
    expect(await inform(path)).toEqual([
      `Image         ${path}`,
      expect.stringMatching(/^Size {10}3 x 2, \d channel/),
      'Spacing       1 x 1 mm',
      'Values        0 to 1',
    ]);
  });

  it('describes weights', async () => {
    const header = JSON.stringify({
      __metadata__: { format: 'pt' },
      'conv.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = join(folder, 'w.safetensors');
    await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(24)]));
    expect((await inform(path)).slice(1)).toEqual([
      'Tensors       1, 6 elements',
      'format        pt',
      '  conv.weight  F32 [2, 3]',
    ]);
  });

  it('says when there is nothing to describe', async () => {
    await writeFile(join(folder, 'notes.txt'), '');
    await expect(inform(join(folder, 'notes.txt'))).rejects.toThrow('neither a run folder');
    await expect(inform(folder)).rejects.toThrow('no config.json');
  });
});
