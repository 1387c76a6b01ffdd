import { type Case, patientOf } from './dataset.js';
import { type Findings, listed } from './findings.js';
import { isFile } from './folder.js';

/** Reports files that do not exist, and returns the candidates whose file does. */
export async function existing<T extends { readonly path: string; readonly shown: string }>(
  items: readonly T[],
  reason: string,
  findings: Findings,
): Promise<T[]> {
  const found = await Promise.all(items.map((item) => isFile(item.path)));
  return items.filter((item, index) => {
    if (!found[index]) findings.add(reason, item.shown);
    return found[index];
  });
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

/** Reports classes that the training part shows only one side of. */
export function checkClasses(
  cases: readonly Case[],
  labelNames: readonly string[],
  findings: Findings,
): void {
  const training = cases.filter((item) => (item.split ?? 'train') === 'train');
  if (training.length === 0) {
    findings.add('no case has the split', 'train');
    return;
  }
  labelNames.forEach((name, index) => {
    const positives = training.filter((item) => item.labels?.[index] === 1).length;
    if (positives === 0) findings.add('classes without a positive case in the training part', name);
    if (positives === training.length) {
      findings.add('classes without a negative case in the training part', name);
    }
  });
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
