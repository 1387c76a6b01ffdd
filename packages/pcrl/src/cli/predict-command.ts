import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitWith } from './exit-with.js';
import { once } from './setting-flags.js';

const EXAMPLES = `
INPUT is an image, a folder, a CSV with a column "image", a list, or a public archive. DIR gets
predictions.csv and predictions.json; masks/ (segmentation); maps/ (--maps). An image that cannot
be used is reported and passed over; when there is none that can, the exit code is 1.

Examples:
  pcrl predict --model runs/tuned new-xrays/ --out answers
  pcrl predict --model runs/liver a.nii.gz b.nii.gz dicom-series/ --out masks
  pcrl predict --model runs/tuned new-xrays/ --maps --out answers`;

interface PredictFlags {
  readonly model: string;
  readonly out: string;
  readonly seed?: number;
  readonly maps?: true;
  readonly device?: string;
  readonly threads?: number;
}

/** `pcrl predict --model RUN INPUT... --out DIR` */
export function addPredict(program: Command, exitWith: ExitWith): void {
  program
    .command('predict')
    .description('Predict new images with a fine-tuned network.')
    .argument('<inputs...>', 'images, folders, CSVs, lists')
    .addOption(
      new Option('--model <run>', 'a run folder of pcrl finetune')
        .argParser(once)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--out <dir>', 'the folder to make').argParser(once).makeOptionMandatory(),
    )
    .option('--maps', 'draw where in each image the answer comes from')
    .option('--seed <n>', 'which repetition of the run; else the first', wholeNumber)
    .addOption(new Option('--device <name>', 'auto | cpu | cuda | cuda:N').argParser(once))
    .option('--threads <n>', 'threads of one operator; 0 = all cores', wholeNumber)
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], flags: PredictFlags) => {
      const { runInTerminal } = await import('./run-command.js');
      const { predict } = await import('../tasks/predicting/predict.js');
      exitWith(
        await runInTerminal(
          false,
          async (io) => !(await predict({ ...flags, inputs }, io)).complete,
        ),
      );
    });
}

function wholeNumber(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError('A whole number is needed.');
}
