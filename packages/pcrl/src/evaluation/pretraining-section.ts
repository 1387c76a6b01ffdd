import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Html,
  type LinePoint,
  lineChart,
  type PictureShelf,
  Pictures,
  paragraph,
  reportPage,
  type Section,
  smoothedSeries,
} from './report/index.js';
import { restorationPicture } from './restorations.js';

/**
 * Writes a report about one pre-training run alone.
 *
 * @param run the folder of a finished pre-training run
 * @param out the HTML file to write
 */
export async function pretrainingReport(run: string, out: string): Promise<void> {
  const pictures = new Pictures();
  const section = await pretrainingSection(run, pictures);
  const title = `Pre-training: ${basename(run)}`;
  const lead =
    'What the losses did, and what the network restores of images that it sees corrupted.';
  await pictures.write(out, reportPage({ title, lead, sections: [section] }));
}

interface LoggedStep {
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly spread: number;
}

/** What each logged term of a loss is, for those who read the report. */
const termNames: Readonly<Record<string, string>> = {
  full: 'restoration, full size',
  mid: 'restoration, drawn scale',
  global: 'comparison of global views',
  local: 'comparison with local views',
};

/**
 * The part of a report that shows a pre-training run: its losses, the spread of its projections, and
 * what the network restores.
 *
 * @param run the folder of a finished pre-training run
 * @param pictures gets the restorations
 */
export async function pretrainingSection(run: string, pictures: PictureShelf): Promise<Section> {
  const steps = readSteps(run);
  const content: Html[] = [];
  if (steps.length > 1) content.push(lossChart(steps, run), spreadChart(steps, run));
  content.push(
    await pictures.show({
      name: `restorations-${basename(run)}`,
      grid: await restorationPicture(run),
      alt: 'A view before and after corruption, and its restorations',
      caption:
        'What the network restores. Coarse scales bring back where things are, fine scales their edges.',
    }),
  );
  return { heading: `Pre-training: ${basename(run)}`, content: [lead(steps), ...content] };
}

function readSteps(run: string): readonly LoggedStep[] {
  const path = join(run, 'metrics.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LoggedStep);
}

function lead(steps: readonly LoggedStep[]): Html {
  return paragraph(
    `${steps.length} steps. Restoration errors should fall; comparisons move from 0 towards -1; a spread near 1 is healthy, near 0 is collapse.`,
  );
}

function lossChart(steps: readonly LoggedStep[], run: string): Html {
  const names = Object.keys(steps[0]?.losses ?? {});
  const points = (name: string): LinePoint[] =>
    steps.map(({ step, losses }) => ({ x: step, y: losses[name] ?? Number.NaN }));
  return lineChart({
    title: 'Losses over the run',
    alt: `Each term of the loss over the steps of ${basename(run)}`,
    caption: 'Terms of the loss, smoothed; the thin lines are single steps.',
    x: { kind: 'linear', name: 'step' },
    y: { name: 'loss' },
    series: names.map((name) => smoothedSeries(termNames[name] ?? name, points(name))),
  });
}

function spreadChart(steps: readonly LoggedStep[], run: string): Html {
  const points = steps.map(({ step, spread }) => ({ x: step, y: spread }));
  return lineChart({
    title: 'Spread of the projections',
    alt: `Spread of the normalised projections over the steps of ${basename(run)}`,
    caption: 'Standard deviation of the normalised projections over its healthy value.',
    x: { kind: 'linear', name: 'step' },
    y: { name: 'spread', extent: [0, 1] },
    series: [smoothedSeries('spread', points)],
  });
}
