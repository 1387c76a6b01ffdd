import type { FolderNames } from './folder.js';

/** Names that stand together only in what pcrl wrote: a cache, an inspection, a run, predictions. */
const TOGETHER: readonly (readonly [string, string])[] = [
  ['cache.json', 'cases'],
  ['inspection.json', 'problems.csv'],
  ['config.json', 'log.txt'],
  ['predictions.csv', 'predictions.json'],
];

/** Whether pcrl wrote a folder. Among someone's images it is passed over: its pictures are no data. */
export function isOwnFolder({ files, folders }: FolderNames): boolean {
  return TOGETHER.some((names) =>
    names.every((name) => files.includes(name) || folders.includes(name)),
  );
}
