import type { Split } from '../dataset.js';

/** What `participants.tsv` says of one subject. */
export interface Participant {
  readonly split?: Split;
  /** One for each label column: 1, 0, or NaN for "n/a". */
  readonly labels?: readonly number[];
}

export interface Participants {
  readonly labelNames: readonly string[];
  readonly of: ReadonlyMap<string, Participant>;
}

const SPLITS: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'val',
  valid: 'val',
  test: 'test',
};

/**
 * Reads BIDS' table of subjects: tabs between the fields, `n/a` for what is not known. Columns that hold
 * only 0, 1 and n/a are labels.
 */
export function parseParticipants(text: string): Participants {
  const [header = [], ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').map((field) => field.trim()));
  const at = (name: string) => header.indexOf(name);
  const isLabel = (column: number) =>
    column !== at('participant_id') && column !== at('split') && isBinary(rows, column);
  const labelColumns = header.map((_, column) => column).filter(isLabel);
  const of = new Map<string, Participant>();
  for (const row of rows) {
    const id = row[at('participant_id')] ?? '';
    const split = SPLITS[(row[at('split')] ?? '').toLowerCase()];
    const labels = labelColumns.map((column) => labelIn(row[column]));
    of.set(id.startsWith('sub-') ? id : `sub-${id}`, {
      ...(split ? { split } : {}),
      ...(labels.length > 0 ? { labels } : {}),
    });
  }
  return { labelNames: labelColumns.map((column) => header[column]!), of };
}

function isBinary(rows: readonly (readonly string[])[], column: number): boolean {
  const known = rows.map((row) => row[column] ?? '').filter((text) => !isUnknown(text));
  return known.length > 0 && known.every((text) => Number(text) === 0 || Number(text) === 1);
}

function labelIn(text: string | undefined): number {
  return text === undefined || isUnknown(text) ? Number.NaN : Number(text);
}

function isUnknown(text: string): boolean {
  return text === '' || text.toLowerCase() === 'n/a';
}
