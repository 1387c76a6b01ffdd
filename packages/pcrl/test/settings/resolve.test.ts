import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../src/errors.js';
import {
  type FinetuneInput,
  type PretrainInput,
  resolveFinetuneSettings,
  resolvePretrainSettings,
} from '../../src/settings/index.js';
import { pretrainSchema2D, pretrainSchema3D } from '../../src/settings/pretrain-schema.js';
import { entriesOf } from '../../src/settings/schema-tree.js';

const where = { data: ['scans'], out: 'run' };
const images: PretrainInput = { ...where, dimensions: 2 };
const volumes: PretrainInput = { ...where, dimensions: 3 };

const preset = fc.constantFrom('default' as const, 'official' as const, 'paper' as const);
const side = fc.integer({ min: 16, max: 512 });

function complaint(input: object): string {
  try {
    resolvePretrainSettings({ ...where, ...input } as PretrainInput);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('resolving pre-training settings', () => {
  it('changes nothing the second time, in 2D', () => {
    const inputs = fc.record({ preset, width: side, height: side, seed: fc.nat() });
    fc.assert(
      fc.property(inputs, ({ preset, width, height, seed }) => {
        const input: PretrainInput = { ...images, preset, seed, views: { size: [width, height] } };
        const once = resolvePretrainSettings(input);
        expect(resolvePretrainSettings(once)).toEqual(once);
        expect(resolvePretrainSettings(JSON.parse(JSON.stringify(once)))).toEqual(once);
      }),
    );
  });

  it('changes nothing the second time, in 3D', () => {
    fc.assert(
      fc.property(preset, side, side, side, (preset, x, y, z) => {
        const input: PretrainInput = { ...volumes, preset, views: { size: [x, y, z] } };
        const once = resolvePretrainSettings(input);
        expect(resolvePretrainSettings(once)).toEqual(once);
      }),
    );
  });

  it('scales what depends on the size of a 2D view', () => {
    const { views } = resolvePretrainSettings({ ...images, views: { size: 112 } });
    expect(views).toMatchObject({ size: [112, 112], localSize: [48, 48], cutout: { size: 16 } });
  });

  it('scales what depends on the size of a 3D view', () => {
    const { views } = resolvePretrainSettings({ ...volumes, views: { size: '32x32x32' } });
    expect(views).toMatchObject({
      size: [32, 32, 32],
      localSize: [16, 16, 16],
      cropSizes: [
        [48, 48, 64],
        [48, 48, 96],
        [56, 56, 64],
        [32, 32, 32],
      ],
      margins: [35, 35, 15],
      swap: { patch: [4, 2, 4], count: 100 },
    });
  });

  it('keeps what the user set, whatever the size', () => {
    const views = { size: 112, localSize: 64, cutout: { size: 5 } };
    expect(resolvePretrainSettings({ ...images, views }).views).toMatchObject({
      localSize: [64, 64],
      cutout: { size: 5, holes: 3 },
    });
  });

  it('reads the dimensions off the size', () => {
    expect(resolvePretrainSettings({ ...where, views: { size: '64x64x32' } }).dimensions).toBe(3);
    expect(resolvePretrainSettings({ ...where, views: { size: [128, 96] } }).dimensions).toBe(2);
    expect(complaint({ views: { size: 112 } })).toContain('dimensions is missing');
    expect(complaint({ dimensions: 4 })).toContain('dimensions: got 4; allowed: 2 | 3');
  });

  it('takes none for null', () => {
    const { views } = resolvePretrainSettings({
      ...images,
      views: { colorJitter: 'none' },
    } as unknown as PretrainInput);
    expect(views).toMatchObject({ colorJitter: null });
  });

  it('does not touch what it is given', () => {
    const input = { ...images, views: { size: 112 } };
    const copy = structuredClone(input);
    resolvePretrainSettings(input);
    expect(input).toEqual(copy);
  });
});

describe('settings that do not fit', () => {
  it.each([
    [{ views: { cutuot: 1 } }, 'unknown setting views.cutuot; did you mean views.cutout?'],
    [{ cutout: { size: 9 } }, 'unknown setting cutout; did you mean views.cutout?'],
    [{ learningRate: 1 }, 'did you mean optimiser.learningRate?'],
    [{ optimiser: { lr: 1 } }, 'optimiser.lr; did you mean optimiser.learningRate?'],
    [
      { epocs: 1, bacth: 2, views: { cutuot: 1, zebra: 2 } },
      'unknown setting epocs; did you mean epochs?\nunknown setting bacth; did you mean batch?\n',
    ],
    [
      { views: { cutuot: 1, zebra: 2 } },
      'unknown setting views.cutuot; did you mean views.cutout?\nunknown setting views.zebra',
    ],
    [{ epocs: 1 }, 'unknown setting epocs; did you mean epochs?'],
    [{ views: { cutout: { Size: 1 } } }, 'did you mean views.cutout.size?'],
    [{ zebra: 1 }, 'unknown setting zebra'],
    [{ views: { swap: { count: 1 } } }, 'views.swap is a setting of volumes (dimensions: 3) only'],
    [{ epochs: 0 }, 'epochs: got 0; allowed: a whole number, 1 or more'],
    [{ epochs: 'ten' }, 'epochs: got "ten"; allowed: a whole number, 1 or more'],
    [{ batch: 1 }, 'batch: got 1; allowed: a whole number, 2 or more'],
    [{ views: { globalScale: [0.3, 2] } }, 'views.globalScale: got [0.3,2]; allowed: [low, high]'],
    [{ views: { globalScale: [1, 0.3] } }, 'views.globalScale: got [1,0.3]'],
    [{ views: { size: '64x64x32' } }, 'views.size: got "64x64x32"; allowed: 2 whole numbers'],
    [{ views: 3 }, 'views: got 3; allowed: a group with size, localSize'],
    [{ preset: 'papre' }, 'preset: got "papre"; allowed: default | official | paper'],
    [{ device: 'gpu' }, 'device: got "gpu"; allowed: auto | cpu | cuda | cuda:N'],
    [{ seed: 1.5 }, 'seed: got 1.5'],
    [{ dimensions: 3, network: { encoderInit: 'imagenet' } }, 'allowed: random | the path of'],
    [{ optimiser: { learningRate: null } }, 'optimiser.learningRate: got null'],
    [{ data: [] }, 'data: got []; allowed: a list of texts, at least one'],
    [{ data: undefined }, 'data is missing; allowed: a list of texts'],
    [{ out: undefined }, 'out is missing; allowed: a path'],
    [{ epochs: undefined }, 'accepted'],
  ])('%j', (input, expected) => {
    expect(complaint({ dimensions: 2, ...input })).toContain(expected);
  });

  it('are named all at once', () => {
    const message = complaint({ dimensions: 3, epochs: 0, loss: { restoreViews: 3 } });
    expect(message).toContain('epochs: got 0');
    expect(message).toContain('loss.restoreViews: got 3; allowed: 1 | 2');
  });

  it('are missed when they are needed', () => {
    expect(() => resolvePretrainSettings({ dimensions: 2 })).toThrow('data is missing');
  });

  it('with a slip of the pen are put right, wherever they stand', () => {
    const groups = ['network', 'views', 'loss', 'optimiser', 'checkpoint'] as const;
    for (const [schema, dimensions] of [
      [pretrainSchema2D, 2],
      [pretrainSchema3D, 3],
    ] as const) {
      for (const group of groups) {
        for (const key of Object.keys(entriesOf(schema.entries[group]) ?? {})) {
          const wrong = `${key}${key.at(-1)}`;
          const message = complaint({ dimensions, [group]: { [wrong]: 1 } });
          expect(message).toContain(`did you mean ${group}.${key}?`);
        }
      }
    }
  });
});

describe('resolving fine-tuning settings', () => {
  const xrays: FinetuneInput = { ...where, task: 'classification', dimensions: 2 };
  const scans: FinetuneInput = { ...where, task: 'segmentation' };

  it.each([
    ['all', 'all'],
    ['10%', { ratio: 0.1 }],
    ['2.5%', { ratio: 0.025 }],
    ['20', { count: 20 }],
    [20, { count: 20 }],
    [{ ratio: 0.5 }, { ratio: 0.5 }],
  ])('understands labels %j', (labels, expected) => {
    expect(resolveFinetuneSettings({ ...xrays, labels }).labels).toEqual(expected);
  });

  it.each(['some', '0%', '120%', 0, -1, 1.5])('refuses labels %j', (labels) => {
    expect(() => resolveFinetuneSettings({ ...xrays, labels })).toThrow(/labels: got .* allowed/);
  });

  it('refuses a width that group normalisation cannot divide', () => {
    const volumes = { ...xrays, task: 'segmentation', dimensions: 3 } as const;
    const wide = (width: number, normalisation: 'batch' | 'group') => () =>
      resolveFinetuneSettings({ ...volumes, network: { width, normalisation } });
    expect(wide(12, 'group')).toThrow(/network.width: got 12.*8 groups/);
    expect(wide(12, 'batch')).not.toThrow();
    expect(wide(16, 'group')).not.toThrow();
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(preset, fc.constantFrom(xrays, scans), (preset, base) => {
        const once = resolveFinetuneSettings({ ...base, preset, labels: '10%' } as FinetuneInput);
        expect(resolveFinetuneSettings(once)).toEqual(once);
      }),
    );
  });

  it('reads one number as a size in the dimensions at hand', () => {
    const size = (input: FinetuneInput) => resolveFinetuneSettings(input).views.size;
    expect(size({ ...xrays, views: { size: 112 } })).toEqual([112, 112]);
    expect(size({ ...xrays, dimensions: 3, views: { size: 48 } })).toEqual([48, 48, 48]);
    expect(size({ ...scans, views: { size: 32 } })).toEqual([32, 32, 32]);
    expect(() => size({ ...xrays, views: { size: '64x64x32' } })).toThrow('64x64x32');
  });

  it('names the tasks, and what belongs to the other one', () => {
    const given = (input: object) => () => resolveFinetuneSettings(input as FinetuneInput);
    expect(given(where)).toThrow(
      'task is missing; allowed: classification | regression | segmentation | detection',
    );
    expect(given({ ...xrays, loss: 'dice' })).toThrow(
      'loss is a setting of regression and segmentation only',
    );
    expect(given({ ...xrays, negatives: 2 })).toThrow('negatives is a setting of detection only');
  });
});
