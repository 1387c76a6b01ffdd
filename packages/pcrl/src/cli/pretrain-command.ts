import { type Command, Option } from 'commander';
import type { PretrainInput } from '../settings/pretrain-schema.js';
import type { ExitWith } from './exit-with.js';
import {
  addSettingFlags,
  type FlagValues,
  type SettingFlag,
  SHARED_FLAGS,
} from './setting-flags.js';

export const PRETRAIN_FLAGS: readonly SettingFlag[] = [
  ...SHARED_FLAGS,
  { flag: '--method <name>', path: 'method', help: 'pcrlv2' },
  { flag: '--local-size <size>', path: 'views.localSize', help: 'size of the small views' },
];

const EXAMPLES = `
DATA is a folder of images, a public archive, a folder that pcrl data prepare made, a CSV file with a
column "image", a .txt list of images, or an image; there may be several. RUN is made.

Examples:
  pcrl pretrain xrays/ --out runs/xrays --size 112 --epochs 100 --batch 64
  pcrl pretrain ct/ mri/ --out runs/3d --dims 3 --size 64x64x32 --steps 20000
  pcrl pretrain ct/ --out runs/narrow --width 16 --set views.cropsPerVolume=4
  pcrl pretrain ct/ --out runs/paper --preset paper --device cuda --precision bf16
  pcrl pretrain --out runs/3d --resume
  pcrl pretrain ct/ --out runs/again --config runs/3d/config.json --seed 2`;

/** `pcrl pretrain DATA... --out RUN` */
export function addPretrain(program: Command, exitWith: ExitWith): void {
  const command = program
    .command('pretrain')
    .description('Pre-train on unlabelled images.')
    .argument('[data...]', 'folders, archives, caches, CSV files, lists or images')
    .addOption(new Option('--resume', 'go on from the last checkpoint in the run folder'))
    .addHelpText('after', EXAMPLES);
  addSettingFlags(command, PRETRAIN_FLAGS);
  command.action(async (sources: string[], values: FlagValues & { resume?: boolean }) => {
    const { settingsInput } = await import('./settings-input.js');
    const { resolvePretrainSettings } = await import('../settings/resolve-pretrain.js');
    const { runInTerminal } = await import('./run-command.js');
    const resume = values.resume === true;
    const input = await settingsInput({ sources, flags: PRETRAIN_FLAGS, values, resume });
    const settings = resolvePretrainSettings(input as PretrainInput);
    const { pretrain } = await import('../training/pretrain.js');
    exitWith(await runInTerminal(resume, async (io) => (await pretrain(settings, io)).interrupted));
  });
}
