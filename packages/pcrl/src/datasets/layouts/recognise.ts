import { join } from 'node:path';
import { isImagePath } from '../../images/index.js';
import { type FolderNames, namesIn } from '../folder.js';
import type { Layout } from './layout.js';
import { layouts } from './registry.js';

/** A folder in a known layout. */
export interface RecognisedFolder {
  readonly layout: Layout;
  /** The folder itself, or the one inside it that an archive unpacked into. */
  readonly folder: string;
}

/** Wrappers to look into: an archive often unpacks into a folder in a folder. */
const WRAPPERS = 2;

/** The layout of a folder; undefined for a folder of images in no particular order. */
export async function recogniseLayout(folder: string): Promise<RecognisedFolder | undefined> {
  let names = await namesIn(folder);
  for (let depth = 0; ; depth++) {
    for (const layout of layouts) {
      if (await layout.recognises(names)) return { layout, folder: names.path };
    }
    const inner = onlyFolder(names);
    if (inner === undefined || depth === WRAPPERS) return undefined;
    names = await namesIn(inner);
  }
}

function onlyFolder({ path, files, folders }: FolderNames): string | undefined {
  const inner = folders[0];
  return folders.length === 1 && inner !== undefined && !files.some(isImagePath)
    ? join(path, inner)
    : undefined;
}
