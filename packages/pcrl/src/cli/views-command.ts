import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PretrainInput } from '../settings/pretrain-schema.js';
import { addSettingFlags, type FlagValues, type SettingFlag } from './setting-flags.js';

const VIEW_FLAGS: readonly SettingFlag[] = [
  { flag: '--out <file>', path: 'out', help: 'the picture to write', text: true },
  { flag: '--seed <n>', path: 'seed', help: 'seed of every random draw' },
  { flag: '--preset <name>', path: 'preset', help: 'official | paper | default' },
  { flag: '--dims <n>', path: 'dimensions', help: '2 (images) or 3 (volumes); else told by IMAGE' },
  { flag: '--size <size>', path: 'views.size', help: 'size of the large views' },
  { flag: '--local-size <size>', path: 'views.localSize', help: 'size of the small views' },
];

const EXAMPLES = `
The picture shows the image with the crop boxes drawn in (of a volume three slices; boxes before or
behind a slice in dashes), both large views clean and corrupted, and the small views.

Examples:
  pcrl views chest.png --out views.png
  pcrl views ct.nii.gz --out views.png --seed 3 --epoch 12
  pcrl views ct.nii.gz --out views.png --config runs/3d/config.json`;

/** `pcrl views IMAGE --out views.png` */
export function addViews(program: Command): void {
  const command = program
    .command('views')
    .description('Draw the views that pre-training would make of one image.')
    .argument('<image>', 'an image or volume')
    .addOption(
      new Option('--epoch <n>', 'epoch to draw, from 0').argParser(wholeNumber).default(0, '0'),
    )
    .addHelpText('after', EXAMPLES);
  addSettingFlags(command, VIEW_FLAGS);
  command.action(async (image: string, values: FlagValues & { epoch: number }) => {
    const { settingsInput } = await import('./settings-input.js');
    const { resolvePretrainSettings } = await import('../settings/resolve-pretrain.js');
    const line = { sources: [image], flags: VIEW_FLAGS, values, resume: false };
    const input = await settingsInput(line);
    const settings = resolvePretrainSettings(input as PretrainInput);
    const { writeViewsPicture } = await import('../views/picture.js');
    const { out, seed } = settings;
    await writeViewsPicture({ image, out, seed, epoch: values.epoch, settings });
    process.stdout.write(`${out}\n`);
  });
}

function wholeNumber(value: string, previous: number | undefined): number {
  if (previous) throw new InvalidArgumentError('It is given twice.');
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number, 0 or more.');
}
