/** Names that stand together only in what pcrl wrote: a cache, an inspection, a run, predictions. */
const TOGETHER: readonly (readonly [string, string])[] = [
  ['cache.json', 'cases'],
  ['inspection.json', 'problems.csv'],
  ['config.json', 'log.txt'],
  ['predictions.csv', 'predictions.json'],
];

/**
 * Whether pcrl wrote a folder. Among someone's images it is passed over: its pictures are no data.
 *
 * @param names of the files and folders in it
 */
export function isOwnFolder(names: readonly string[]): boolean {
  return TOGETHER.some((together) => together.every((name) => names.includes(name)));
}
