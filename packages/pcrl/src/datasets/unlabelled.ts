import { refuseOtherKind, usableCandidates } from './candidates.js';
import type { Case, Dataset, Split } from './dataset.js';
import { folderLabels } from './labelled-folders.js';
import { noImages, noteCount, noteMissing, type Opening } from './opening.js';
import { toCase } from './rows.js';
import { splitByFile } from './split-file.js';

/** The training images of everything that was opened, whatever else is known of them. */
export async function openUnlabelled(opening: Opening): Promise<Dataset> {
  const { paths, archives, dimensions, findings, splitFile, splitSeed, notes } = opening;
  const candidates = await usableCandidates(opening);
  const places = await splitsByPlace(opening);
  const listed = candidates.map((candidate): Case => {
    const split = places.get(candidate.image);
    return { ...toCase(candidate, 'unlabelled', findings), ...(split ? { split } : {}) };
  });
  const fitting = archives.filter(({ layout }) => layout.dimensions === dimensions);
  const cases = [...listed, ...fitting.flatMap(({ content }) => content.cases)];
  const once = [...new Map(cases.map((item) => [item.image, item])).values()];
  noteCount(notes, cases.length - once.length, 'images named more than once, used once');
  const split = splitFile ? await splitByFile(splitFile, once, splitSeed) : undefined;
  if (split) notes.push(split.note);
  const all = split?.cases ?? once;
  const training = all.filter((item) => (item.split ?? 'train') === 'train');
  noteCount(notes, all.length - training.length, 'images of the val and test splits, left out');
  const { problems } = findings;
  noteMissing(fitting, notes);
  if (all.length === 0) refuseOtherKind(opening);
  if (training.length === 0) {
    const others = all.length > 0 ? ` (of the val and test splits: ${all.length})` : '';
    const why = problems[0] ? ` (${problems[0].path}: ${problems[0].reason})` : others;
    throw noImages(paths, why);
  }
  return { dimensions, cases: training, labelNames: [], problems, notes };
}

/** Splits that the folders of images name; see `labelledFolder`. */
async function splitsByPlace(opening: Opening): Promise<ReadonlyMap<string, Split>> {
  const placed = await folderLabels(opening);
  return new Map(placed?.cases.flatMap(({ image, split }) => (split ? [[image, split]] : [])));
}
