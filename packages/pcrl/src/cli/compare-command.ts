import { type Command, Option } from 'commander';
import { once } from './setting-flags.js';

const EXAMPLES = `
Examples:
  pcrl compare runs/tuned runs/scratch --out report.html
  pcrl compare runs/tuned-* runs/scratch-* --out report.html`;

/** `pcrl compare RUN RUN... --out report.html` */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('Compare fine-tuned runs: a table, and a report with curves and pictures.')
    .argument('<runs...>', 'run folders of pcrl finetune')
    .addOption(
      new Option('--out <file>', 'the report to write').argParser(once).makeOptionMandatory(),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (runs: string[], { out }: { out: string }) => {
      const { runInTerminal } = await import('./run-command.js');
      const { compare } = await import('../evaluation/compare.js');
      await runInTerminal(false, async (io) => {
        await compare(runs, out, io);
        return false;
      });
    });
}
