import { join } from 'node:path';
import { writeFileDurably } from '@pcrl/torch';
import { Pictures } from '../evaluation/report/index.js';
import type { RunIO } from '../training/run-io.js';
import type { Plan } from './plan.js';
import { printedFigures } from './printed-figures.js';
import type { ScenarioTable } from './table.js';
import { heading, kindOfData, tablePage } from './table-page.js';
import { csvOf, emptyRows, mainTable, markdownTable, testTable } from './table-text.js';

/** Writes a table as CSV, Markdown and HTML, with its pictures, into the folder of all runs. Gives the HTML file. */
export async function writeTable(
  plan: Plan,
  tables: readonly ScenarioTable[],
  out: string,
  io: RunIO,
): Promise<string> {
  const { name } = plan.recipe;
  const page = join(out, `${name}.html`);
  write(join(out, `${name}.csv`), csvOf(name, tables));
  write(join(out, `${name}.md`), markdown(plan, tables));
  const pictures = new Pictures();
  await pictures.write(page, await tablePage(plan, tables, pictures, io));
  return page;
}

function write(path: string, text: string): void {
  writeFileDurably(path, [Buffer.from(text)]);
}

function markdown({ recipe, budget, own }: Plan, tables: readonly ScenarioTable[]): string {
  const parts = tables.map((table) => {
    const notes = [...table.notes, ...emptyRows(table)].map((note) => `- ${note}`);
    return [
      `## ${heading(table)}`,
      kindOfData(table),
      markdownTable(mainTable(table)),
      ...(table.tests.length > 0 ? [markdownTable(testTable(table, recipe.reference ?? ''))] : []),
      ...(notes.length > 0 ? [notes.join('\n')] : []),
    ].join('\n\n');
  });
  return `${[`# ${recipe.title}`, `Budget ${budget.name}${own.file === undefined ? '' : ` with the settings of ${own.file}`}. Paper: ${printedFigures().source}.`, ...parts].join('\n\n')}\n`;
}
