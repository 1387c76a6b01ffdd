import type { Command } from 'commander';
import { PROTOCOLS } from '../settings/finetune/archives.js';
import type { FinetuneInput } from '../settings/finetune/registry.js';
import type { Group } from '../settings/merge.js';
import type { ExitWith } from './exit-with.js';
import {
  addSettingFlags,
  type FlagValues,
  type SettingFlag,
  SHARED_FLAGS,
} from './setting-flags.js';

export const FINETUNE_FLAGS: readonly SettingFlag[] = [
  {
    flag: '--task <name>',
    path: 'task',
    help: 'classification | regression | segmentation | detection; else told by DATA',
  },
  { flag: '--from <weights>', path: 'from', help: 'RUN, FILE.safetensors or scratch', text: true },
  { flag: '--labels <budget>', path: 'labels', help: 'labelled cases to use: 10%, 20 or all' },
  {
    flag: '--probe <kind>',
    path: 'probe.kind',
    help: 'linear | knn: probe a frozen encoder instead',
  },
  { flag: '--seeds <n>', path: 'seeds', help: 'repetitions with different seeds' },
  ...SHARED_FLAGS,
];

const EXAMPLES = `
DATA is a CSV file with a column "image", and "patient_id", "split" and one column a label, or
"label" with a mask's path, a class or a number; a folder with folders of masks or of classes; or a
public archive. The labels tell the task where --task does not. RUN is made.

Examples:
  pcrl finetune chest.csv --task classification --from runs/xrays --labels 10% --seeds 3 --out runs/tuned
  pcrl finetune chest.csv --task classification --from scratch --labels 10% --seeds 3 --out runs/scratch
  pcrl finetune liver.csv --task segmentation --from weights.safetensors --labels 20 --out runs/liver
  pcrl finetune luna-cache --task detection --from runs/ct --labels 10% --out runs/nodules
  pcrl compare runs/tuned runs/scratch --out report.html`;

/** The settings with what the data tell, where it is not said: the task, and whose protocol it has. */
async function toldByData(input: Group): Promise<Group> {
  const { tellArchive, tellTask } = await import('../datasets/tell-task.js');
  const data = input.data as readonly string[];
  const task = input.task ?? (await tellTask(data));
  if (task !== 'segmentation' || input.protocol !== undefined) return { ...input, task };
  const archive = await tellArchive(data);
  const protocol = PROTOCOLS.find((name) => name === archive) ?? null;
  return { ...input, task, protocol };
}

/** `pcrl finetune DATA --task TASK --from WEIGHTS --out RUN` */
export function addFinetune(program: Command, exitWith: ExitWith): void {
  const command = program
    .command('finetune')
    .description('Fine-tune on labelled images, and test.')
    .argument('[data]', 'a CSV file or folder with labels')
    .option('--resume', 'go on with a run that was interrupted')
    .addHelpText('after', EXAMPLES);
  addSettingFlags(command, FINETUNE_FLAGS);
  command.action(async (source: string | undefined, values: FlagValues & { resume?: boolean }) => {
    const { settingsInput } = await import('./settings-input.js');
    const { resolveFinetuneSettings } = await import('../settings/resolve-finetune.js');
    const { runInTerminal } = await import('./run-command.js');
    const sources = source === undefined ? [] : [source];
    const resume = values.resume === true;
    const input = await settingsInput({ sources, flags: FINETUNE_FLAGS, values, resume });
    const settings = resolveFinetuneSettings((await toldByData(input)) as FinetuneInput);
    const { finetune } = await import('../tasks/finetune.js');
    exitWith(
      await runInTerminal(resume, async (io) => {
        if (input.task === undefined) io.say(`task: ${settings.task}, as the labels tell`);
        return !(await finetune(settings, io)).complete;
      }),
    );
  });
}
