import { type TaskName, taskSettings } from '../../src/settings/finetune/registry.js';
import { isGroup } from '../../src/settings/merge.js';
import {
  type Preset,
  pretrainSchema2D,
  pretrainSchema3D,
} from '../../src/settings/pretrain-schema.js';
import { finetuneDefaults } from '../../src/settings/resolve-finetune.js';
import { pretrainDefaults2D, pretrainDefaults3D } from '../../src/settings/resolve-pretrain.js';
import { settingsIn } from '../../src/settings/schema-tree.js';

const PRESETS: readonly Preset[] = ['default', 'official', 'paper'];

/** The tables of docs/settings.md by their names there, as Markdown. */
export const TABLES: Readonly<Record<string, string>> = {
  'pretrain-2d': table(settingsIn(pretrainSchema2D), pretrainDefaults2D),
  'pretrain-3d': table(settingsIn(pretrainSchema3D), pretrainDefaults3D),
  'finetune-classification': finetuneTable('classification', 2),
  'finetune-regression': finetuneTable('regression', 2),
  'finetune-segmentation': finetuneTable('segmentation', 3),
  'finetune-detection': finetuneTable('detection', 3),
};

function finetuneTable(task: TaskName, dimensions: 2 | 3): string {
  return table(settingsIn(taskSettings[task].schema), (preset) =>
    finetuneDefaults(task, preset, dimensions),
  );
}

/** The page with every table between its markers written anew. */
export function withTables(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, rows]) => {
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
    return text.replace(between, (_, start: string, end: string) => `${start}${rows}\n${end}`);
  }, page);
}

function table(settings: ReturnType<typeof settingsIn>, defaults: (preset: Preset) => unknown) {
  const rows = settings.map(({ path, allowed, meaning }) => {
    const values = PRESETS.map((preset) => shown(valueAt(defaults(preset), path)));
    return row([`\`${path}\``, ...columns(values), allowed, meaning]);
  });
  return [
    row(['Setting', ...PRESETS, 'Allowed', 'Meaning']),
    row(Array<string>(6).fill('--')),
    ...rows,
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

// Values that equal the default's are left out, so that a preset's own stand out.
function columns([byDefault = '', ...others]: readonly string[]): string[] {
  return [byDefault, ...others.map((value) => (value === byDefault ? '' : value))];
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (isGroup(inner) ? inner[key] : undefined), value);
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return 'none';
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
