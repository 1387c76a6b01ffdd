import { changedSources } from '../cache/changes.js';
import {
  type CacheDescription,
  checkVersion,
  DESCRIPTION,
  readDescription,
  renewal,
} from '../cache/description.js';
import { type CacheEntry, caseOf, entriesIn, readIndex } from '../cache/entries.js';
import type { Case } from '../dataset.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';

/** Cases whose sources are looked at on every opening; `pcrl data verify` looks at all. */
const LOOKED_AT = 1000;

/** A cache of volumes that `pcrl data prepare` made. */
export const preparedVolumes = preparedLayout(3);

/** A cache of pictures that `pcrl data prepare` made. */
export const preparedPictures = preparedLayout(2);

function preparedLayout(dimensions: 2 | 3): Layout {
  return {
    name: dimensions === 3 ? 'prepared-volumes' : 'prepared-pictures',
    title: `a cache of prepared ${dimensions === 3 ? 'volumes' : 'pictures'}`,
    dimensions,
    uses: ['unlabelled', 'classification', 'regression', 'segmentation', 'detection'],
    recognises: async ({ path, files }) => {
      if (!files.includes(DESCRIPTION)) return false;
      return (await readDescription(path))?.preparing.dimensions === dimensions;
    },
    open,
  };
}

async function open({ folder, use, findings }: LayoutRequest): Promise<LayoutContent> {
  const cache = (await readDescription(folder))!;
  checkVersion(folder, cache);
  const entries = await entriesIn(folder, await readIndex(folder));
  const cases = entries.map((entry) => caseOf(folder, entry));
  const { labelNames, exclusive, targetName, regions, channelNames } = cache;
  return {
    cases: casesFor(cases, { folder, use, findings }),
    labelNames,
    ...(exclusive ? { exclusive } : {}),
    ...(targetName !== undefined ? { targetName } : {}),
    ...(regions ? { regions } : {}),
    ...(channelNames ? { channelNames } : {}),
    notes: [...lackNote(folder, cache, entries), ...(await changesNote(folder, cache, entries))],
  };
}

function lackNote(
  folder: string,
  cache: CacheDescription,
  { length }: readonly CacheEntry[],
): string[] {
  if (length >= cache.cases) return [];
  const [lacking, all] = [cache.cases - length, cache.cases].map((n) => n.toLocaleString('en'));
  return [
    `${folder}: ${lacking} of ${all} cases are not in the cache: set aside (problems.csv) or not ` +
      `prepared yet; to go on: ${renewal(folder, cache)}`,
  ];
}

async function changesNote(
  folder: string,
  cache: CacheDescription,
  entries: readonly CacheEntry[],
): Promise<string[]> {
  const changed = await changedSources(entries, LOOKED_AT);
  if (changed[0] === undefined) return [];
  return [
    `${folder}: sources changed since they were prepared: ${changed.length} of those looked at, e.g. ` +
      `${changed[0]}; to renew: ${renewal(folder, cache)}`,
  ];
}

/** Every channel is an image of its own in pre-training; otherwise the cases with what is needed. */
function casesFor(
  cases: readonly Case[],
  { folder, use, findings }: Omit<LayoutRequest, 'options'>,
): Case[] {
  if (use === 'unlabelled') {
    return cases.flatMap((item) => {
      const { channels, ...rest } = item;
      return (channels ?? [item.image]).map((image) => ({ ...rest, image }));
    });
  }
  if (use === 'prediction') return [...cases];
  const needed = {
    classification: 'labels',
    regression: 'target',
    segmentation: 'mask',
    detection: 'candidates',
  } as const;
  const fitting = cases.filter((item) => item[needed[use]] !== undefined);
  if (fitting.length === 0) {
    findings.add(`no case in this cache has what ${use} needs (${needed[use]})`, folder);
  }
  return fitting;
}
