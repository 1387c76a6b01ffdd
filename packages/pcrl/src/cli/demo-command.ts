import { type Command, Option } from 'commander';
import type { ExitWith } from './exit-with.js';
import { once } from './setting-flags.js';

const EXAMPLES = `
Draws thorax phantoms, pre-trains, fine-tunes on few labels with and without, and writes report.html:
a few minutes on two cores, no data needed. With --data it takes your images, and the labels of a
labels.csv in their folder if there is one.

Examples:
  pcrl demo
  pcrl demo --data scans/ --out demo-scans`;

/** `pcrl demo [--data FOLDER] [--out FOLDER]` */
export function addDemo(program: Command, exitWith: ExitWith): void {
  program
    .command('demo')
    .description('Show the whole way in a few minutes, on phantoms or on your images.')
    .addOption(new Option('--data <folder>', 'a folder of your images').argParser(once))
    .addOption(new Option('--out <folder>', 'folder to make: demo-output').argParser(once))
    .addHelpText('after', EXAMPLES)
    .action(async ({ data, out = 'demo-output' }: { data?: string; out?: string }) => {
      const { runInTerminal } = await import('./run-command.js');
      const { runDemo } = await import('./demo.js');
      const code = await runInTerminal(false, async (io) => {
        const report = await runDemo(out, data, io);
        if (!io.interrupted()) io.say(`\nOpen ${report} in a browser.`);
        return io.interrupted();
      });
      exitWith(code);
    });
}
