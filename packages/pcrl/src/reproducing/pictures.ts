import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PcrlError } from '../errors.js';
import { pictureSections } from '../evaluation/comparison/picture-sections.js';
import {
  type Html,
  type PictureShelf,
  paragraph,
  type Section,
} from '../evaluation/report/index.js';
import { restorationPicture } from '../evaluation/restorations.js';
import type { RunIO } from '../training/run-io.js';
import { paperData } from './data-sets.js';
import type { PictureKind } from './recipe.js';
import type { ScenarioTable } from './table.js';

/** The pictures that a figure shows of a scenario's runs, those with the fewest labels. */
export async function picturesOf(
  kinds: readonly PictureKind[],
  table: ScenarioTable,
  pictures: PictureShelf,
  io: RunIO,
): Promise<readonly Section[]> {
  const { runs } = table;
  if (!runs) return [];
  const { target } = table.scenario;
  const shelf: PictureShelf = {
    show: (picture) => pictures.show({ ...picture, name: `${target} ${picture.name}` }),
  };
  const groups = table.rows.flatMap(({ arm, ours }) =>
    ours ? [{ ...ours.group, source: arm }] : [],
  );
  const fewest = Math.min(...groups.map(({ labelled }) => labelled));
  const smallest = groups.filter(({ labelled }) => labelled === fewest);
  const topics = kinds.filter((kind) => kind !== 'restorations');
  const sections = [
    ...(kinds.includes('restorations') ? [await restorations(table, shelf, io)] : []),
    ...(await pictureSections(topics, smallest, runs, shelf)),
  ];
  return sections
    .filter(({ content }) => content.length > 0)
    .map(({ heading, content }) => ({ heading: `${heading}: ${titleOf(target)}`, content }));
}

function titleOf(target: string): string {
  return paperData[target]?.title ?? target;
}

/** What every pre-trained network behind the table restores. */
async function restorations(
  { rows }: ScenarioTable,
  pictures: PictureShelf,
  io: RunIO,
): Promise<Section> {
  const content: Html[] = [];
  for (const { arm, ours } of rows) {
    const from = ours?.group.from;
    if (from?.kind !== 'run' || !existsSync(join(dirname(from.path), 'config.json'))) continue;
    try {
      content.push(
        await pictures.show({
          name: `restorations ${arm}`,
          grid: await restorationPicture(dirname(from.path)),
          alt: `A view, and what the network restores of it: ${arm}`,
          caption: `${arm}: clean view, what the network sees, and its restoration at each scale.`,
        }),
      );
    } catch (error) {
      if (!(error instanceof PcrlError)) throw error;
      io.warn(error.message);
      content.push(paragraph(error.message));
    }
  }
  return { heading: 'Restorations', content };
}
