import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  pcrl info runs/3d
  pcrl info ct.nii.gz
  pcrl info runs/3d/encoder.safetensors`;

/** `pcrl info RUN|FILE` */
export function addInfo(program: Command): void {
  program
    .command('info')
    .description('Say what a run folder, an image or a weights file holds.')
    .argument('<path>', 'a run folder, an image, or a .safetensors file')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string) => {
      const { describe } = await import('./info.js');
      process.stdout.write(`${(await describe(path)).join('\n')}\n`);
    });
}
