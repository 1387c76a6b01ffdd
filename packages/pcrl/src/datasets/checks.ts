import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Case, patientOf } from './dataset.js';
import { type Findings, listed } from './findings.js';
import { isFile } from './folder.js';

/** Files of one folder from which on listing it is cheaper than asking for each. */
const WORTH_LISTING = 8;
/** Questions to the file system in the same moment. */
const AT_ONCE = 64;

/** Reports files that do not exist, and returns the candidates whose file does. */
export async function existing<T extends { readonly path: string; readonly shown: string }>(
  items: readonly T[],
  reason: string,
  findings: Findings,
): Promise<T[]> {
  const found = await filesThatExist(items.map(({ path }) => path));
  return items.filter(({ path, shown }) => {
    if (!found.has(path)) findings.add(reason, shown);
    return found.has(path);
  });
}

/** Those of some absolute paths that are files, links followed. */
async function filesThatExist(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const single: string[] = [];
  for (const [folder, inFolder] of byFolder(paths)) {
    const names = inFolder.length >= WORTH_LISTING ? await fileNames(folder) : new Set<string>();
    for (const path of inFolder) {
      if (names.has(basename(path))) found.add(path);
      // A name that is not listed may still be there: some systems write it in another case or form.
      else single.push(path);
    }
  }
  for (let start = 0; start < single.length; start += AT_ONCE) {
    const some = single.slice(start, start + AT_ONCE);
    const here = await Promise.all(some.map(isFile));
    some.forEach((path, index) => {
      if (here[index]) found.add(path);
    });
  }
  return found;
}

function byFolder(paths: readonly string[]): ReadonlyMap<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = dirname(path);
    const known = folders.get(folder);
    if (known) known.push(path);
    else folders.set(folder, [path]);
  }
  return folders;
}

async function fileNames(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
}

/** Reports patients with images in more than one split. */
export function checkPatients(cases: readonly Case[], findings: Findings): void {
  const splits = new Map<string, Set<string>>();
  for (const item of cases) {
    if (item.patient === undefined || !item.split) continue;
    const seen = splits.get(item.patient);
    if (seen) seen.add(item.split);
    else splits.set(item.patient, new Set([item.split]));
  }
  for (const [patient, seen] of splits) {
    if (seen.size > 1) {
      findings.add('patients in more than one split', `${patient} (${[...seen].join(', ')})`);
    }
  }
}

/** Reports images that are listed more than once, which would count them double. */
export function checkRepeats(cases: readonly Case[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { image } of cases) {
    if (seen.has(image)) findings.add('images listed more than once', image);
    seen.add(image);
  }
}

/** Classes that the training part shows only one side of, each with what it lacks. */
export function oneSidedClasses(
  cases: readonly Case[],
  labelNames: readonly string[],
): readonly { readonly name: string; readonly lacks: 'positive' | 'negative' }[] {
  const training = cases.filter((item) => (item.split ?? 'train') === 'train');
  if (training.length === 0) return [];
  return labelNames.flatMap((name, index) => {
    const has = (label: 0 | 1) => training.some((item) => item.labels?.[index] === label);
    return [
      ...(has(1) ? [] : [{ name, lacks: 'positive' } as const]),
      ...(has(0) ? [] : [{ name, lacks: 'negative' } as const]),
    ];
  });
}

/** Reports a dataset without a training part. */
export function checkTraining(cases: readonly Case[], findings: Findings): void {
  if (cases.some((item) => (item.split ?? 'train') === 'train')) return;
  findings.add('no case has the split', 'train');
}

/** How many cases and patients each split has, for a note. */
export function describeSplits(cases: readonly Case[]): string {
  const names = [...new Set(cases.map((item) => item.split ?? 'no split'))];
  return listed(
    names.map((name) => {
      const part = cases.filter((item) => (item.split ?? 'no split') === name);
      const patients = new Set(part.map(patientOf)).size;
      return `${name} ${part.length.toLocaleString('en')} (patients: ${patients.toLocaleString('en')})`;
    }),
  );
}
