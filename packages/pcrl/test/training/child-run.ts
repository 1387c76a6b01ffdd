import { readFileSync } from 'node:fs';
import type { PretrainSettings } from '../../src/settings/index.js';
import { pretrain } from '../../src/training/pretrain.js';

// Runs or resumes the pre-training that a JSON file describes, and says `step N` after every step: a
// process that tests can kill.
const settings = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as PretrainSettings;
await pretrain(settings, {
  resume: process.argv[3] === '--resume',
  say: (line) => console.log(line),
  warn: (line) => console.log(`warning: ${line}`),
  progress: ({ step }) => console.log(`step ${step}`),
  interrupted: () => false,
});
