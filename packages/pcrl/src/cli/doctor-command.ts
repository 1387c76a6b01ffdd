import type { Command } from 'commander';
import type { ExitWith } from './exit-with.js';

const EXAMPLES = `
Exit code 1 when libtorch does not load or computes wrongly.

Example:
  pcrl doctor`;

/** `pcrl doctor` */
export function addDoctor(program: Command, exitWith: ExitWith): void {
  program
    .command('doctor')
    .description('Check libtorch, BLAS, threads and the GPU, and warn of known traps.')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { examine } = await import('./doctor.js');
      const { lines, healthy } = await examine();
      process.stdout.write(`${lines.join('\n')}\n`);
      exitWith(healthy ? 0 : 1);
    });
}
