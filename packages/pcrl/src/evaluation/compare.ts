import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PcrlError } from '../errors.js';
import { claimOutputFile } from '../output-file.js';
import type { Metric } from '../tasks/task.js';
import type { RunIO } from '../training/run-io.js';
import { VERSION } from '../training/version.js';
import { classChart, frocCharts, learningCurves, trainingCurves } from './comparison/curves.js';
import { figuresOf, type GroupFigures } from './comparison/figures.js';
import { type ComparableRuns, readRuns } from './comparison/finetuned-run.js';
import { byBudget, groupRuns } from './comparison/groups.js';
import { pictureSections } from './comparison/picture-sections.js';
import {
  answer,
  comparisonTable,
  interval,
  signed,
  textTable,
  withSpread,
} from './comparison/words.js';
import { pretrainingSection } from './pretraining-section.js';
import {
  details,
  type Html,
  keyFigures,
  Pictures,
  paragraph,
  preformatted,
  reportPage,
  type Section,
  table,
} from './report/index.js';

/** What a comparison came to. */
export interface Comparison {
  readonly metric: Metric;
  readonly classes: readonly string[];
  /** By label budget, fewest labels first; from scratch before pre-trained. */
  readonly groups: readonly GroupFigures[];
}

/**
 * Compares fine-tuned runs: groups them by label budget and by where the weights came from, prints a
 * table, and writes a report with learning curves, training curves, ROC curves, and pictures of what the
 * networks predict, look at and get wrong; the pictures lie beside it as PNG files, too.
 *
 * @param folders run folders of fine-tuning
 * @param out the HTML file to write
 * @throws {SettingsError} `out` is no HTML file's name
 * @throws {RunError} runs are unfinished, or differ in task, classes or test cases
 */
export async function compare(
  folders: readonly string[],
  out: string,
  io: RunIO,
): Promise<Comparison> {
  claimOutputFile({ path: out, endings: ['.html', '.htm'] });
  const comparable = readRuns(folders);
  for (const { folder, result } of comparable.runs) {
    if (!result.complete) io.warn(`${folder} is not finished: ${result.seeds.length} seeds count`);
  }
  const { metric, classes } = comparable.runs[0]!.result;
  const figures = figuresOf(groupRuns(comparable.runs), comparable);
  const { columns, rows } = comparisonTable(figures, metric, classes);
  for (const line of textTable(columns, rows)) io.say(line);
  io.say(answer(figures, metric));
  const pictures = new Pictures();
  await pictures.write(out, await report(figures, comparable, pictures, io));
  io.say(`report: ${out}`);
  return { metric, classes, groups: figures };
}

async function report(
  figures: readonly GroupFigures[],
  comparable: ComparableRuns,
  pictures: Pictures,
  io: RunIO,
): Promise<string> {
  const { metric, classes } = comparable.runs[0]!.result;
  const budgets = byBudget(figures.map(({ group }) => group));
  const smallest = budgets[0] ?? [];
  const sections: Section[] = [
    { heading: 'What pre-training was worth', content: worth(figures, metric, classes) },
    {
      heading: 'Training',
      content: budgets.flatMap((groups) => trainingCurves(groups, metric)),
    },
    ...(await pictureSections(['predictions', 'failures'], smallest, comparable, pictures)),
    { heading: 'FROC', content: frocCharts(smallest) },
    ...(await pretrainingSections(figures, pictures, io)),
    { heading: 'How this was made', content: origins(comparable) },
  ];
  return reportPage({
    title: 'Pre-trained against scratch',
    lead: answer(figures, metric),
    sections: sections.filter(({ content }) => content.length > 0),
    footer: `pcrl ${VERSION}`,
  });
}

function worth(
  figures: readonly GroupFigures[],
  metric: string,
  classes: readonly string[],
): readonly Html[] {
  const { columns, rows } = comparisonTable(figures, metric, classes);
  const first = figures[0]?.group.labelled;
  const numbers = figures
    .filter(({ group }) => group.labelled === first)
    .map(({ group, mean, gain }) => ({
      label: `${group.source}, ${group.labelled} labelled cases`,
      value: withSpread(mean),
      note: gain ? `${signed(gain)} over scratch` : interval(mean.estimate),
    }));
  const charts = byBudget(figures.map(({ group }) => group)).map((groups) =>
    classChart(
      figures.filter(({ group }) => groups.includes(group)),
      metric,
      classes,
    ),
  );
  const [smallest, ...larger] = charts;
  return [
    keyFigures(numbers),
    table({
      caption: `${metric} x100 on the test split: mean ± standard deviation over seeds; intervals are 95 % bootstrap intervals over patients. p is of no difference to scratch, by the paired bootstrap over patients, corrected for the number of comparisons (Holm).`,
      columns,
      rows,
    }),
    ...learningCurves(figures, metric),
    ...(smallest ? [smallest] : []),
    ...(larger.length > 0 ? [details('Classes with more labels', larger)] : []),
  ];
}

async function pretrainingSections(
  figures: readonly GroupFigures[],
  pictures: Pictures,
  io: RunIO,
): Promise<readonly Section[]> {
  const runs = new Set(
    figures.flatMap(({ group: { from } }) => (from.kind === 'run' ? [dirname(from.path)] : [])),
  );
  const sections: Section[] = [];
  for (const run of runs) {
    if (!existsSync(join(run, 'config.json'))) continue;
    try {
      sections.push(await pretrainingSection(run, pictures));
    } catch (error) {
      if (!(error instanceof PcrlError)) throw error;
      io.warn(`the report leaves out the pre-training of ${basename(run)}: ${error.message}`);
    }
  }
  return sections;
}

function origins({ runs }: ComparableRuns): readonly Html[] {
  const lines = runs.map(({ folder, result }) => {
    const { from, seeds } = result;
    const weights = from.kind === 'scratch' ? 'scratch' : `${from.path} (SHA-256 ${from.sha256})`;
    return `${folder}\n    from ${weights}\n    seeds ${seeds.map(({ seed }) => seed).join(', ')}`;
  });
  return [
    paragraph('The runs compared. Each holds its settings in config.json.'),
    preformatted(lines.join('\n')),
  ];
}
