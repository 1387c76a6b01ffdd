import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitWith } from './exit-with.js';
import { once } from './setting-flags.js';

const EXAMPLES = `
WHAT is table-1 to table-8, figure-6, figure-8 or figure-9. NAME is nih, chexpert, luna, brats or lits,
or imagenet for a .safetensors file with ResNet-18's weights. Without --data the smoke budget draws
phantoms. Any labelled data may stand in for an archive. Runs that are finished are not run again, and
tables in one --out share theirs.

Examples:
  pcrl reproduce table-4
  pcrl reproduce table-4 --data nih=/data/nih --budget hours --plan
  pcrl reproduce table-4 --data nih=/data/nih --budget hours --jobs 2
  pcrl reproduce table-4 --data nih=xrays/labels.csv --budget hours --config own.yaml
  pcrl reproduce table-7 --data luna=/data/luna16 --data brats=/data/brats --budget paper --list-commands`;

interface ReproduceFlags {
  readonly data?: readonly string[];
  readonly budget: 'smoke' | 'hours' | 'paper';
  readonly config?: string;
  readonly out?: string;
  readonly jobs?: number;
  readonly plan?: true;
  readonly listCommands?: true;
}

/** `pcrl reproduce WHAT [--data NAME=PATH]... [--budget smoke|hours|paper] [--out FOLDER]` */
export function addReproduce(program: Command, exitWith: ExitWith): void {
  program
    .command('reproduce')
    .description('Run what a table of the paper takes, and print our numbers beside its own.')
    .argument('<what>', 'table-1 ... table-8 | figure-6 | figure-8 | figure-9')
    .option(
      '--data <name=path>',
      'where an archive of the paper is (repeatable)',
      (value: string, previous: readonly string[] = []) => [...previous, value],
    )
    .addOption(
      new Option('--budget <name>', 'how much it may take')
        .choices(['smoke', 'hours', 'paper'])
        .default('smoke'),
    )
    .addOption(
      new Option(
        '--config <file>',
        'settings over those of the budget: lengths, sizes, shares of labels',
      ).argParser(once),
    )
    .addOption(new Option('--out <folder>', 'folder to make: reproduced').argParser(once))
    .addOption(new Option('--jobs <n>', 'runs at the same time: 1').argParser(count))
    .option('--plan', 'say how many runs, how long and how much disk; run none')
    .option('--list-commands', 'print the commands of the runs that are left; run none')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: ReproduceFlags) => {
      const { commandsOf, reproduce, sayPlan } = await import('../reproducing/reproduce.js');
      const { parseDataPaths } = await import('../reproducing/data-sets.js');
      const { runInTerminal } = await import('./run-command.js');
      const { readTableSettings } = await import('../reproducing/table-settings.js');
      const { budget, config, out = 'reproduced', jobs = 1 } = flags;
      const own = config === undefined ? {} : { own: await readTableSettings(config) };
      const data = parseDataPaths(flags.data ?? []);
      const request = { name, data, budget, ...own, out, jobs };
      let failed = 0;
      const code = await runInTerminal(false, async (io) => {
        if (flags.plan) await sayPlan(request, io);
        else if (flags.listCommands) {
          process.stdout.write(`${(await commandsOf(request, io)).join('\n')}\n`);
        } else failed = (await reproduce(request, io)).failed;
        return io.interrupted();
      });
      exitWith(code === 0 && failed > 0 ? 1 : code);
    });
}

function count(value: string, previous: number | undefined): number {
  if (previous !== undefined) throw new InvalidArgumentError('It is given twice.');
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number, 1 or more.');
}
