import { stat } from 'node:fs/promises';
import { type AddressedGroup, openSeriesFolder, type SeriesFolder } from './series.js';

/** A folder's headers, and when the folder had last changed before they were read. */
interface KnownFolder extends SeriesFolder {
  readonly folder: string;
  readonly modified: number;
}

/** File systems tell times apart only so well: a folder that changed just now may change again unnoticed. */
const SETTLED_MS = 1000;

/** Only the last: the headers of a folder of 30,000 files take tens of megabytes. */
let last: KnownFolder | undefined;

/**
 * Opens a folder of DICOM files for one of its images. The images of a folder are read one after the other,
 * and all of them need all of its headers: those of the folder opened last serve again, as long as no file
 * came, went, or is another than it was among those of the image.
 *
 * @throws ImageError when the folder cannot be read
 */
export async function openFolderFor(
  folder: string,
  choose: (content: SeriesFolder) => AddressedGroup | undefined,
): Promise<SeriesFolder> {
  const began = Date.now();
  const modified = (await stat(folder).catch(() => undefined))?.mtimeMs;
  if (last?.folder === folder && last.modified === modified) {
    const chosen = choose(last);
    if (chosen && (await isUnchanged(chosen))) return last;
  }
  const content = await openSeriesFolder(folder);
  const settled = modified !== undefined && modified < began - SETTLED_MS;
  last = settled && content.refused.length === 0 ? { ...content, folder, modified } : undefined;
  return content;
}

async function isUnchanged({ group }: AddressedGroup): Promise<boolean> {
  const files = new Map(group.slices.map(({ file }) => [file.path, file.modified]));
  const unchanged = await Promise.all(
    [...files].map(async ([path, modified]) => {
      return (await stat(path).catch(() => undefined))?.mtimeMs === modified;
    }),
  );
  return unchanged.every(Boolean);
}
