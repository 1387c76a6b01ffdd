import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitWith } from '../exit-with.js';
import { once } from '../setting-flags.js';

const EXAMPLES = `
ARCHIVE is nih (ChestX-ray14), chexpert (CheXpert-v1.0-small), luna (LUNA16), lits (LiTS) or brats
(BraTS 2018). Names, columns and file types are the archive's own; the patients are invented. A case is
a patient in nih and chexpert, a scan in the others, and is the same whatever --cases says. The same
command again goes on where it stopped. docs/phantoms.md says what is drawn.

Examples:
  pcrl data phantom nih --out phantoms/nih --cases 200
  pcrl data phantom luna --out phantoms/luna --cases 10 --seed 3 --side 128`;

interface PhantomFlags {
  readonly out: string;
  readonly cases: number;
  readonly seed: number;
  readonly side?: number;
}

/** `pcrl data phantom ARCHIVE --out DIR --cases N --seed S` */
export function addDataPhantom(data: Command, exitWith: ExitWith): void {
  data
    .command('phantom')
    .description('Draw invented patients in the layout of a public archive.')
    .argument('<archive>', 'nih | chexpert | luna | lits | brats')
    .addOption(
      new Option('--out <folder>', 'folder to make').argParser(once).makeOptionMandatory(true),
    )
    .addOption(new Option('--cases <n>', 'how many: 10').argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option('--seed <n>', 'seed of every random draw: 1').argParser(wholeNumber(0)))
    .addOption(
      new Option(
        '--side <pixels>',
        'pixels along a side of an image or slice: nih 1024, chexpert 320, luna and lits 192, brats 240',
      ).argParser(wholeNumber(16, 1024)),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (archive: string, { out, cases = 10, seed = 1, side }: PhantomFlags) => {
      const { phantomArchive, writeArchive } = await import('../../phantom/archives/index.js');
      const { runInTerminal } = await import('../run-command.js');
      const chosen = phantomArchive(archive);
      const request = { folder: out, cases, seed, side: side ?? chosen.side.usual };
      const code = await runInTerminal(false, async (io) => {
        io.say(
          `Drawing ${cases} ${chosen.cases} in the layout of ${chosen.title}, side ${request.side}`,
        );
        const interrupted = await writeArchive(chosen, request, io);
        io.say(interrupted ? 'Stopped; the same command goes on.' : `Done: ${out}`);
        return interrupted;
      });
      exitWith(code);
    });
}

/** Parses a whole number within limits; given twice, it is refused. */
function wholeNumber(lowest: number, highest = Number.MAX_SAFE_INTEGER) {
  return (value: string, previous: number | undefined): number => {
    if (previous !== undefined) throw new InvalidArgumentError('It is given twice.');
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= lowest && number <= highest) return number;
    const range =
      highest === Number.MAX_SAFE_INTEGER ? `${lowest} or more` : `${lowest} to ${highest}`;
    throw new InvalidArgumentError(`Give a whole number, ${range}.`);
  };
}
