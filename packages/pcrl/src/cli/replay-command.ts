import type { Command } from 'commander';

const EXAMPLES = `
A pre-training run that meets a loss that is not finite leaves the step in RUN/capture.

Example:
  pcrl replay runs/3d/capture`;

/** `pcrl replay CAPTURE` */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('Make the captured steps of a stopped pre-training run again.')
    .argument('<capture>', 'the capture folder of the run')
    .addHelpText('after', EXAMPLES)
    .action(async (capture: string) => {
      const { replayCapture } = await import('../training/replay.js');
      const { steps, same } = await replayCapture(capture);
      const lines = steps.flatMap(({ step, images, captured, replayed }) => [
        `Step ${step} on ${[...new Set(images)].join(', ')}`,
        ...Object.entries(captured).map(
          ([name, then]) => `  ${name}: ${then} then, ${replayed[name] ?? 'nothing'} now`,
        ),
      ]);
      const verdict = same ? 'The same as then.' : 'Not the same as then.';
      process.stdout.write(`${[...lines, verdict].join('\n')}\n`);
    });
}
