import { type Command, Option } from 'commander';
import type { ExitWith } from '../exit-with.js';
import { once } from '../setting-flags.js';

const EXAMPLES = `
PATH is a public archive as it was unpacked (NIH ChestX-ray14, CheXpert, LUNA16, LiTS, BraTS, BIDS), a
folder of images, a CSV, a list or an image. All headers are read, and the voxels of 48 cases at even
distances. DIR gets inspection.json, problems.csv and contact-sheet.png.

Examples:
  pcrl data inspect CheXpert-v1.0-small/
  pcrl data inspect scans/ --out inspected/
  pcrl data inspect labels.csv --every-voxel --out inspected/`;

interface InspectFlags {
  readonly out?: string;
  readonly everyVoxel?: boolean;
}

/** `pcrl data inspect PATH... [--out DIR]` */
export function addDataInspect(data: Command, exitWith: ExitWith): void {
  data
    .command('inspect')
    .description('Say what data hold and everything that is wrong with them.')
    .argument('<path...>', 'folders, CSVs, lists or images')
    .addOption(new Option('--out <folder>', 'folder for the findings').argParser(once))
    .option('--every-voxel', 'read every image as a whole, not a sample')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], { out, everyVoxel = false }: InspectFlags) => {
      const inspection = await import('../../inspection/index.js');
      const { runInTerminal } = await import('../run-command.js');
      const code = await runInTerminal(false, async (io) => {
        const result = await inspection.inspect({ paths, everyVoxel }, io);
        if (!result) return true;
        const summary = inspection.summarise(result.inspection);
        const lines = inspection.describeInspection(result.inspection, summary);
        process.stdout.write(`${lines.join('\n')}\n`);
        if (out === undefined) return false;
        await inspection.writeInspection(out, result, summary);
        io.say(`Written to ${out}`);
        return false;
      });
      exitWith(code);
    });
}
