import { resolve } from 'node:path';
import { isImagePath } from '../images/index.js';
import type { Candidate } from './candidate.js';
import type { Case, Split, Use } from './dataset.js';
import type { Findings } from './findings.js';
import { labelValue } from './label-columns.js';
import { isUnlabelledRow } from './source.js';

const SPLITS: ReadonlySet<string> = new Set<Split>(['train', 'val', 'test']);

/** The case that a candidate describes; what is wrong with it goes to the findings. */
export function toCase(candidate: Candidate, use: Use, findings: Findings): Case {
  const { image, row } = candidate;
  if (!row) return { image, ...(candidate.patient ? { patient: candidate.patient } : {}) };
  const patient = row.values.get('patient_id');
  const split = splitOf(candidate, findings);
  const order = orderOf(candidate, findings);
  const mask = use === 'segmentation' ? maskOf(candidate, findings) : undefined;
  const lungMask = use === 'classification' ? lungMaskOf(candidate, findings) : undefined;
  return {
    image,
    ...(patient ? { patient } : {}),
    ...(split ? { split } : {}),
    ...(order !== undefined ? { order } : {}),
    ...(mask ? { mask } : {}),
    ...(lungMask ? { lungMask } : {}),
  };
}

function splitOf(candidate: Candidate, findings: Findings): Split | undefined {
  const word = candidate.row!.values.get('split')?.toLowerCase();
  if (word === undefined) return undefined;
  if (SPLITS.has(word)) return word as Split;
  if (isUnlabelledRow(candidate)) return 'train';
  findings.add(
    `split "${word}" is none of train, val, test, pretrain, unlabelled`,
    candidate.shown,
  );
  return undefined;
}

function orderOf({ row, shown }: Candidate, findings: Findings): number | undefined {
  const text = row!.values.get('order');
  if (text === undefined) return undefined;
  const order = Number(text);
  if (text !== '' && Number.isFinite(order)) return order;
  findings.add(`order "${text}" is no number`, shown);
  return undefined;
}

/** The labels in a row; other values than 0 and 1 go to the findings. */
export function labelsOf(
  candidate: Candidate,
  names: readonly string[],
  findings: Findings,
): number[] {
  return names.map((name) => {
    const text = candidate.row!.values.get(name);
    const value = labelValue(text);
    if (value === undefined && text !== undefined) {
      findings.add('label values other than 0 and 1', `${candidate.shown} ${name} = "${text}"`);
    }
    return value ?? 0;
  });
}

/** The mask that a row names; what is wrong with it goes to the findings. */
export function maskOf(candidate: Candidate, findings: Findings): string | undefined {
  const name = candidate.row!.values.get('label');
  if (name === undefined) return undefined;
  if (name === '') {
    findings.add('rows without a mask in the column "label"', candidate.shown);
    return undefined;
  }
  return maskNamed(name, candidate, findings);
}

/** A row may have no mask of the lungs. */
function lungMaskOf(candidate: Candidate, findings: Findings): string | undefined {
  const name = candidate.row!.values.get('lung_mask');
  return name ? maskNamed(name, candidate, findings) : undefined;
}

function maskNamed(name: string, { shown, folder }: Candidate, findings: Findings): string {
  if (!isImagePath(name)) findings.add('masks of a kind that is not read', shown);
  return resolve(folder!, name);
}
