import type { Command } from 'commander';
import type { ExitWith } from '../exit-with.js';

const SHOWN = 10;

/** `pcrl data verify CACHE` */
export function addDataVerify(data: Command, exitWith: ExitWith): void {
  data
    .command('verify')
    .description('Read a cache whole and compare it with its hashes and its sources.')
    .argument('<cache>', 'a folder that `pcrl data prepare` made')
    .action(async (cache: string) => {
      const { verify } = await import('../../preparing/index.js');
      const { DatasetError } = await import('../../errors.js');
      const { runInTerminal } = await import('../run-command.js');
      const code = await runInTerminal(false, async (io) => {
        const found = await verify(cache, io);
        if (found.interrupted) return true;
        if (found.lacking > 0) io.say(`Not in the cache, or set aside: ${found.lacking} cases`);
        const lines = [
          ...found.damaged.map(({ path, reason }) => `    ${path}: ${reason}`),
          ...found.changed.map((path) => `    ${path}: it changed since it was prepared`),
        ];
        if (lines.length > 0) {
          const more = lines.length > SHOWN ? [`    and ${lines.length - SHOWN} more`] : [];
          throw new DatasetError(
            `${cache}: damaged or out of date:\n${[...lines.slice(0, SHOWN), ...more].join('\n')}`,
            `Delete the damaged records (.prepared.json), then: ${found.renewal}`,
          );
        }
        io.say(`Whole: ${found.cases} cases`);
        return false;
      });
      exitWith(code);
    });
}
