import type { Command } from 'commander';
import { addDataInspect } from './data/inspect-command.js';
import { addDataPhantom } from './data/phantom-command.js';
import { addDataPrepare } from './data/prepare-command.js';
import { addDataVerify } from './data/verify-command.js';
import type { ExitWith } from './exit-with.js';

/** `pcrl data ...`: everything about images before training. */
export function addData(program: Command, exitWith: ExitWith): void {
  const data = program.command('data').description('Draw, look at and prepare data.');
  addDataInspect(data, exitWith);
  addDataPhantom(data, exitWith);
  addDataPrepare(data, exitWith);
  addDataVerify(data, exitWith);
}
