import { type Command, InvalidArgumentError, Option } from 'commander';
import { SettingsError } from '../../errors.js';
import type { Preparing } from '../../preparing/index.js';
import type { ExitWith } from '../exit-with.js';
import { once } from '../setting-flags.js';

const EXAMPLES = `
SOURCE is whatever training takes: a public archive, a folder, a CSV, a list. Labels, patients, splits and
masks come along. Training and fine-tuning take CACHE as their data. The same command again goes on where it
stopped, and prepares only what changed. What cannot be used is set aside in CACHE/problems.csv.

Examples:
  pcrl data prepare LUNA16/ --out caches/luna
  pcrl data prepare CheXpert-v1.0-small/ --out caches/chexpert --size 430
  pcrl data prepare scans/ --out caches/scans --shard 3/8     the third of eight array jobs
  pcrl pretrain caches/luna --out runs/luna`;

interface PrepareFlags {
  readonly out: string;
  readonly spacing?: number | 'native';
  readonly intensity?: 'auto' | 'ct' | 'percentile';
  readonly masks?: 'on-grid' | 'resample';
  readonly size?: number;
  readonly workers?: number;
  readonly shard?: string;
}

/** `pcrl data prepare SOURCE... --out CACHE` */
export function addDataPrepare(data: Command, exitWith: ExitWith): void {
  data
    .command('prepare')
    .description('Bring data to the form that training reads fastest.')
    .argument('<source...>', 'archives, folders, CSVs, lists or images')
    .addOption(
      new Option('--out <cache>', 'the cache to make or renew')
        .argParser(once)
        .makeOptionMandatory(true),
    )
    .addOption(
      new Option('--spacing <mm>', 'volumes: millimetres per voxel, or native: 1').argParser(
        spacing,
      ),
    )
    .addOption(
      new Option('--intensity <how>', 'volumes: auto, ct or percentile: auto').choices([
        'auto',
        'ct',
        'percentile',
      ]),
    )
    .addOption(
      new Option(
        '--masks <how>',
        'volumes: masks on another grid than their image are set aside (on-grid) or brought to it (resample): on-grid',
      ).choices(['on-grid', 'resample']),
    )
    .addOption(
      new Option('--size <pixels>', 'pictures: pixels of the short side: 430').argParser(
        atLeastOne,
      ),
    )
    .addOption(new Option('--workers <n>', 'threads: one a core').argParser(atLeastOne))
    .addOption(new Option('--shard <i/n>', 'do the i-th of n parts').argParser(once))
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: PrepareFlags) => {
      const preparing = await import('../../preparing/index.js');
      const { usableThreads } = await import('../../preparing/threads.js');
      const { runInTerminal } = await import('../run-command.js');
      const shard = flags.shard === undefined ? preparing.WHOLE : preparing.parseShard(flags.shard);
      const code = await runInTerminal(false, async (io) => {
        const survey = await preparing.surveySources(paths);
        for (const note of survey.notes) io.say(note);
        const dimensions = await preparing.dimensionsOf(paths, survey);
        const request = {
          paths,
          out: flags.out,
          preparing: settingsFor(dimensions, flags),
          workers: flags.workers ?? usableThreads(dimensions),
          shard,
        };
        const result = await preparing.prepare(request, survey, io);
        const { length } = result.aside;
        if (length > 0) io.warn(`cases set aside: ${length}; ${flags.out}/problems.csv says why`);
        io.say(
          result.interrupted
            ? 'Stopped; the same command goes on.'
            : `Done: ${flags.out}, cases prepared: ${result.prepared}, unchanged: ${result.unchanged}`,
        );
        return result.interrupted;
      });
      exitWith(code);
    });
}

function settingsFor(dimensions: 2 | 3, flags: PrepareFlags): Preparing {
  if (dimensions === 2) {
    refuse('pictures', flags.spacing, '--spacing');
    refuse('pictures', flags.intensity, '--intensity');
    refuse('pictures', flags.masks, '--masks');
    return { dimensions, shortSide: flags.size ?? 430 };
  }
  refuse('volumes', flags.size, '--size');
  const { spacing: millimetres = 1, intensity = 'auto', masks } = flags;
  const resampling = masks === 'resample' ? { masks } : {};
  return { dimensions, spacing: millimetres, intensity, ...resampling };
}

function refuse(kind: string, value: unknown, flag: string): void {
  if (value === undefined) return;
  throw new SettingsError(`${flag} means nothing for ${kind}`, 'Leave it out.');
}

function spacing(value: string, previous: unknown): number | 'native' {
  const text = once(value, previous as string | undefined);
  if (text === 'native') return text;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Give millimetres above 0, or native.');
}

function atLeastOne(value: string, previous: unknown): number {
  const number = Number(once(value, previous as string | undefined));
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('Give a whole number, 1 or more.');
}
