import type { Findings } from '../datasets/findings.js';
import type { Case } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import { describeGrid, type ImageHeader, isSameGrid, readImageHeader } from '../images/index.js';
import type { CaseWatcher } from '../progress.js';
import { Counter } from './counter.js';

const AT_ONCE = 16;

/**
 * Reads the headers of all images, channels and masks. Files that cannot be read, and masks and channels
 * that do not lie on the grid of their image, become findings.
 */
export async function readHeaders(
  cases: readonly Case[],
  findings: Findings,
  watcher: CaseWatcher,
): Promise<ReadonlyMap<string, ImageHeader>> {
  const headers = new Map<string, ImageHeader>();
  const counter = new Counter(watcher, 'reading headers', 'cases', cases.length);
  for (let start = 0; start < cases.length; start += AT_ONCE) {
    const group = cases.slice(start, start + AT_ONCE);
    await Promise.all(group.flatMap(filesOf).map((path) => readOne(path, headers, findings)));
    for (const item of group) compareGrids(item, headers, findings);
    counter.add(group.length);
  }
  return headers;
}

/** The files of a case: its image or channels, and its mask. */
export function filesOf({ image, channels, mask }: Case): readonly string[] {
  return [...(channels ?? [image]), ...(mask === undefined ? [] : [mask])];
}

async function readOne(path: string, headers: Map<string, ImageHeader>, findings: Findings) {
  try {
    headers.set(path, await readImageHeader(path));
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    findings.add(`unreadable: ${error.reason}`, path);
  }
}

function compareGrids(
  item: Case,
  headers: ReadonlyMap<string, ImageHeader>,
  findings: Findings,
): void {
  const image = headers.get(item.image);
  if (!image) return;
  for (const path of filesOf(item).slice(1)) {
    const other = headers.get(path);
    if (!other || isSameGrid(image, other)) continue;
    const kind = path === item.mask ? 'mask' : 'channel';
    const places = `${kind} ${describeGrid(other)}; image ${describeGrid(image)}`;
    findings.add(`${kind} on another grid than its image`, `${path} (${places})`);
  }
}
