import { readFileSync } from 'node:fs';
import { PcrlError } from '../../src/errors.js';
import type { PretrainSettings } from '../../src/settings/index.js';
import { pretrain } from '../../src/training/pretrain.js';
import type { RunIO } from '../../src/training/run-io.js';

// Runs or resumes the pre-training that a JSON file describes, and says `step N` after every step: a
// process that tests can kill.
const io: RunIO = {
  resume: process.argv[3] === '--resume',
  say: (line) => console.log(line),
  warn: (line) => console.log(`warning: ${line}`),
  progress: ({ step }) => console.log(`step ${step}`),
  interrupted: () => false,
};

try {
  await pretrain(JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as PretrainSettings, io);
} catch (error) {
  if (!(error instanceof PcrlError)) throw error;
  console.log(error.message);
  process.exitCode = error.exitCode;
}
