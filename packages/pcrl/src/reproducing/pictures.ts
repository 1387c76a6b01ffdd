import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PcrlError } from '../errors.js';
import { groupRuns } from '../evaluation/comparison/groups.js';
import { maskPictures } from '../evaluation/comparison/masks.js';
import { figure, type Html, paragraph, type Section } from '../evaluation/report/index.js';
import { restorationPicture } from '../evaluation/restorations.js';
import { encodePng } from '../pictures/index.js';
import type { RunIO } from '../training/run-io.js';
import type { PictureKind } from './recipe.js';
import type { ScenarioTable } from './table.js';

/** The pictures that a figure shows of a scenario's runs. */
export async function picturesOf(
  kinds: readonly PictureKind[],
  table: ScenarioTable,
  io: RunIO,
): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const kind of kinds) {
    const content = await shown(kind, table, io);
    if (content.length > 0) sections.push({ heading: TITLES[kind], content });
  }
  return sections;
}

const TITLES: Readonly<Record<PictureKind, string>> = {
  restorations: 'Restorations',
  predictions: 'Predictions',
};

async function shown(kind: PictureKind, table: ScenarioTable, io: RunIO): Promise<readonly Html[]> {
  if (!table.runs) return [];
  try {
    return kind === 'restorations' ? await restorations(table) : await predictions(table);
  } catch (error) {
    if (!(error instanceof PcrlError)) throw error;
    io.warn(error.message);
    return [paragraph(error.message)];
  }
}

/** What every pre-trained network behind the table restores. */
async function restorations({ rows }: ScenarioTable): Promise<readonly Html[]> {
  const pictures: Html[] = [];
  for (const { arm, ours } of rows) {
    const from = ours?.group.from;
    if (from?.kind !== 'run' || !existsSync(join(dirname(from.path), 'config.json'))) continue;
    pictures.push(
      figure({
        png: await encodePng(await restorationPicture(dirname(from.path))),
        alt: `Views, and what the network restores of them: ${arm}`,
        caption: `${arm}: clean view, what the network sees, and its restoration at each scale.`,
      }),
    );
  }
  return pictures;
}

async function predictions({ runs, scenario }: ScenarioTable): Promise<readonly Html[]> {
  if (!runs) return [];
  if (scenario.task !== 'segmentation') {
    return [paragraph('Maps of what a classifier looks at are not there yet.')];
  }
  return [await maskPictures(groupRuns(runs.runs), runs)];
}
