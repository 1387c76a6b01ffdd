import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';
import type { FinetuneSettings, PretrainSettings } from '../../src/settings/index.js';
import { writeSettings } from '../../src/settings/index.js';
import type { RunIO } from '../../src/training/run-io.js';

const pretrain =
  vi.fn<(settings: PretrainSettings, io: RunIO) => Promise<{ interrupted: boolean }>>();
const finetune = vi.fn<(settings: FinetuneSettings, io: RunIO) => Promise<{ complete: boolean }>>();
const compare = vi.fn<(runs: string[], out: string, io: RunIO) => Promise<void>>();
const writeViewsPicture = vi.fn<(request: object) => Promise<void>>();
vi.mock('../../src/training/pretrain.js', () => ({ pretrain }));
vi.mock('../../src/tasks/finetune.js', () => ({ finetune }));
vi.mock('../../src/evaluation/compare.js', () => ({ compare }));
vi.mock('../../src/views/picture.js', () => ({ writeViewsPicture }));

let folder: string;
let printed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcrl-cli-'));
  await mkdir(join(folder, 'scans', 'inner'), { recursive: true });
  await writeFile(join(folder, 'scans', 'notes.txt'), '');
  await writeFile(join(folder, 'scans', 'inner', 'a.nii.gz'), '');
  await writeFile(join(folder, 'chest.csv'), 'image,label\n"a b/one.png",1\n');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = '';
  pretrain.mockResolvedValue({ interrupted: false });
  finetune.mockResolvedValue({ complete: true });
  const keep = (text: unknown) => {
    printed += String(text);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const mock of [pretrain, finetune, compare, writeViewsPicture]) mock.mockReset();
});

const scans = () => join(folder, 'scans');
const chest = () => join(folder, 'chest.csv');

async function pretrained(...words: string[]): Promise<PretrainSettings> {
  expect(await main(['pretrain', ...words]), printed).toBe(0);
  return pretrain.mock.calls.at(-1)![0];
}

describe('help', () => {
  it.each(['pretrain', 'finetune', 'compare', 'views', 'info', 'replay', 'demo', 'doctor'])(
    'of %s has examples',
    async (command) => {
      expect(await main([command, '--help'])).toBe(0);
      expect(printed).toMatch(new RegExp(`Examples?:\\n  pcrl ${command}`));
    },
  );

  it('names every command and the exit codes', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(printed).toContain('pretrain');
    expect(printed).toContain('130 interrupted after saving');
  });

  it('tells the version', async () => {
    expect(await main(['--version'])).toBe(0);
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('pcrl pretrain', () => {
  it('turns flags into settings', async () => {
    const flags = '--epochs 3 --batch 8 --size 32x32x32 --seed 7 --lr 3e-4 --width 16 --workers 0';
    const settings = await pretrained(scans(), '--out', 'run', ...flags.split(' '));
    expect(settings).toMatchObject({
      dimensions: 3,
      data: [scans()],
      out: join(process.cwd(), 'run'),
      epochs: 3,
      steps: null,
      batch: 8,
      seed: 7,
      workers: 0,
      network: { width: 16 },
      optimiser: { learningRate: 3e-4 },
      views: { size: [32, 32, 32], swap: { patch: [4, 2, 4] } },
    });
  });

  it('sets anything by --set', async () => {
    const settings = await pretrained(
      chest(),
      ...['--out', 'run', '--size', '112', '--local-size', '64'],
      ...['--set', 'views.cutout.size=9', '--set', 'views.colorJitter=none'],
      ...['--set', 'views.globalScale=[0.5, 1]', '--set', 'loss.midTermBeta=cosine-240'],
    );
    expect(settings).toMatchObject({
      dimensions: 2,
      views: {
        localSize: [64, 64],
        cutout: { size: 9, holes: 3 },
        colorJitter: null,
        globalScale: [0.5, 1],
      },
      loss: { midTermBeta: 'cosine-240' },
    });
  });

  it('puts flags over the config file, and accepts a resolved config back', async () => {
    const first = await pretrained(scans(), '--out', 'run', '--steps', '50');
    expect(first.steps).toBe(50);
    const config = join(folder, 'config.json');
    await writeSettings(config, first);
    expect(await pretrained('--config', config)).toEqual(first);
    const again = await pretrained('--config', config, '--epochs', '4', '--seed', '9');
    expect(again).toEqual({ ...first, epochs: 4, steps: null, seed: 9 });
  });

  it('resumes with the settings of the run', async () => {
    const out = join(folder, 'resumed');
    const first = await pretrained(scans(), '--out', out, '--batch', '5');
    await mkdir(out);
    await writeSettings(join(out, 'config.json'), first);
    expect(await pretrained('--out', out, '--resume')).toEqual(first);
    expect(pretrain.mock.calls.at(-1)![1].resume).toBe(true);
  });

  it.each([
    ['pretrain', 'task: segmentation', 'fine-tuning', 'finetune'],
    ['finetune', 'method: pcrlv2', 'pre-training', 'pretrain'],
  ])('%s does not resume a run with %s', async (command, config, kind, other) => {
    const out = join(folder, `run of ${other}`);
    await mkdir(out);
    await writeFile(join(out, 'config.json'), config);
    expect(await main([command, '--out', out, '--resume'])).toBe(2);
    expect(printed).toBe(
      `${out} holds a run of ${kind}\n  Go on with it: pcrl ${other} --out ${out} --resume\n`,
    );
  });

  it('exits with 130 after Ctrl-C', async () => {
    pretrain.mockImplementation(async (_, io) => {
      process.emit('SIGINT');
      expect(io.interrupted()).toBe(true);
      return { interrupted: true };
    });
    expect(await main(['pretrain', scans(), '--out', 'run'])).toBe(130);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('exits with 0 when Ctrl-C came in the very last step', async () => {
    pretrain.mockImplementation(async () => {
      process.emit('SIGINT');
      return { interrupted: false };
    });
    expect(await main(['pretrain', scans(), '--out', 'run'])).toBe(0);
  });

  it('exits with 1 and a stack when the fault is ours', async () => {
    pretrain.mockRejectedValue(new TypeError('x is not a function'));
    expect(await main(['pretrain', scans(), '--out', 'run'])).toBe(1);
    expect(printed).toContain('Please report it');
    expect(printed).toContain('command-line.test');
  });
});

describe('wrong usage exits with 2:', () => {
  it.each([
    ['a command with a slip', 'pretrian x', 'Did you mean pretrain?'],
    ['a flag with a slip', 'pretrain x --epcohs 3', 'Did you mean --epochs?'],
    ['a flag given twice', 'pretrain x --out r --epochs 3 --epochs 4', 'given twice'],
    ['a setting given twice', 'pretrain x --out r --batch 3 --set batch=4', 'batch is given twice'],
    ['both lengths', 'pretrain x --out r --epochs 3 --steps 4', 'both epochs and steps'],
    ['no DATA', 'pretrain --out r', 'no DATA is given'],
    ['no --out', 'pretrain x', 'no --out is given'],
    ['DATA that is not there', 'pretrain nowhere --out r', 'nowhere does not exist'],
    ['a value out of range', 'pretrain x --dims 2 --out r --epochs 0', 'epochs: got 0; allowed'],
    ['a setting with a slip', 'pretrain x --dims 2 --out r --set views.cutuot=1', 'views.cutout?'],
    ['--set without a value', 'pretrain x --out r --set epochs', 'no value is given'],
    ['an unreadable value', 'pretrain x --out r --set views.size=[1', 'cannot be read'],
    ['data that tell no task', 'finetune x --out r --dims 2', 'no such file or folder'],
    ['a missing config file', 'pretrain x --out r --config nowhere.yaml', 'ENOENT'],
    ['no runs to compare', 'compare --out r.html', 'missing required argument'],
    ['no report to write', 'compare a b', "'--out <file>' not specified"],
    ['an epoch that is none', 'views a.png --out v.png --epoch one', 'whole number'],
    ['nothing there', 'info nowhere', 'nowhere does not exist'],
    ['no command', '', 'Usage: pcrl'],
  ])('%s', async (_what, words, complaint) => {
    expect(await main(words.split(' ').filter(Boolean))).toBe(2);
    expect(printed).toContain(complaint);
    expect(printed).not.toContain('    at ');
  });
});

describe('data that do not tell their dimensions exit with 2:', () => {
  it('both kinds in one folder', async () => {
    const mixed = join(folder, 'mixed');
    await mkdir(mixed);
    for (const name of ['a.nii.gz', 'b.png', 'c.nii']) await writeFile(join(mixed, name), '');
    expect(await main(['pretrain', mixed, '--out', 'run'])).toBe(2);
    expect(printed).toMatch(/both pictures \(2D\) and volumes \(3D\).*\n.*--dims 2 or --dims 3/);
    expect((await pretrained(mixed, '--out', 'run', '--dims', '2')).dimensions).toBe(2);
  });

  it.each(['', 'image,label\n'])('a table without rows: %j', async (text) => {
    const table = join(folder, 'empty.csv');
    await writeFile(table, text);
    expect(await main(['pretrain', table, '--out', 'run'])).toBe(2);
    expect(printed).toContain('empty.csv: the file has no rows');
  });
});

describe('the other commands', () => {
  it('finetune takes weights, labels and seeds', async () => {
    const words = '--task classification --from runs/a --labels 10% --seeds 5 --out tuned';
    expect(await main(['finetune', chest(), ...words.split(' ')]), printed).toBe(0);
    expect(finetune.mock.calls[0]![0]).toMatchObject({
      task: 'classification',
      dimensions: 2,
      data: [chest()],
      from: join(process.cwd(), 'runs/a'),
      labels: { ratio: 0.1 },
      seeds: 5,
    });
  });

  it('compare takes runs', async () => {
    expect(await main(['compare', 'a', 'b', '--out', 'r.html'])).toBe(0);
    expect(compare.mock.calls[0]!.slice(0, 2)).toEqual([['a', 'b'], 'r.html']);
  });

  it('views takes a seed and an epoch', async () => {
    expect(await main('views ct.nii --out v.png --seed 3 --epoch 12'.split(' ')), printed).toBe(0);
    expect(writeViewsPicture.mock.calls[0]![0]).toMatchObject({
      image: 'ct.nii',
      out: join(process.cwd(), 'v.png'),
      seed: 3,
      epoch: 12,
      settings: { dimensions: 3 },
    });
  });
});
