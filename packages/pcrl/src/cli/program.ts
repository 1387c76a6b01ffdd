import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCompare } from './compare-command.js';
import { addData } from './data-command.js';
import { addDemo } from './demo-command.js';
import { addDoctor } from './doctor-command.js';
import type { ExitWith } from './exit-with.js';
import { addFinetune } from './finetune-command.js';
import { addInfo } from './info-command.js';
import { addPredict } from './predict-command.js';
import { addPretrain } from './pretrain-command.js';
import { addReplay } from './replay-command.js';
import { addReproduce } from './reproduce-command.js';
import { addViews } from './views-command.js';

const EXAMPLES = `
Examples:
  pcrl pretrain scans/ --out runs/pretrained --dims 3 --epochs 100
  pcrl finetune labelled.csv --task segmentation --from runs/pretrained --labels 10% --out runs/tuned
  pcrl finetune labelled.csv --task segmentation --from scratch --labels 10% --out runs/scratch
  pcrl compare runs/tuned runs/scratch --out report.html
  pcrl predict --model runs/tuned new-scans/ --out masks

Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted after saving.
Every setting: docs/settings.md.`;

/** The command line: its commands, flags and help. Nothing heavy is loaded before a command runs. */
export function createProgram(exitWith: ExitWith): Command {
  const program = new Command('pcrl')
    .description('Self-supervised pre-training for medical images, in 2D and 3D.')
    .version(version())
    .addHelpText('after', EXAMPLES);
  program.exitOverride().showHelpAfterError('(--help shows what can be given)');
  addPretrain(program, exitWith);
  addFinetune(program, exitWith);
  addCompare(program);
  addPredict(program, exitWith);
  addReproduce(program, exitWith);
  addViews(program);
  addInfo(program);
  addReplay(program);
  addData(program, exitWith);
  addDemo(program, exitWith);
  addDoctor(program, exitWith);
  return program;
}

function version(): string {
  const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(description) as { version: string }).version;
}
