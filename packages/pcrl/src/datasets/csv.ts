import { DatasetError } from '../errors.js';

/** A CSV file's rows as the header names them. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface Row {
  /** Line of the file that the row starts on, from 1. */
  readonly line: number;
  /** By the column's name; undefined where there is no such column. */
  readonly values: { get(name: string): string | undefined };
}

/**
 * Parses CSV text as RFC 4180 has it: quoted fields may hold commas, line breaks and doubled quotes;
 * lines end in LF or CRLF; a byte order mark and blank lines are skipped. Names and values are trimmed.
 *
 * @param path for messages
 * @param options.uneven rows may be longer or shorter than the header: missing values are empty, a name
 *   that comes again is passed over
 * @throws DatasetError for an open quote, rows of another length than the header, and columns that
 *   are named twice.
 */
export function parseCsv(
  path: string,
  text: string,
  { uneven = false }: { readonly uneven?: boolean } = {},
): Table {
  const [header, ...records] = splitRecords(path, text.replace(/^\uFEFF/, ''));
  if (!header) throw new DatasetError(`${path}: the file is empty`, 'Start it with a header line.');
  const columns = header.fields;
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined && !uneven) {
    throw new DatasetError(`${path}: two columns are named "${twice}"`, 'Rename one of them.');
  }
  const places = placesOf(columns);
  const rows = records.map((record) => {
    if (!uneven) checkLength(path, columns, record);
    return { line: record.line, values: new NamedFields(places, record.fields) };
  });
  return { columns, rows };
}

interface Record {
  readonly line: number;
  readonly fields: readonly string[];
}

function checkLength(path: string, columns: readonly string[], { line, fields }: Record): void {
  if (fields.length === columns.length) return;
  throw new DatasetError(
    `${path}: line ${line} has ${fields.length} fields, the header has ${columns.length}`,
    'Put values that hold commas in double quotes.',
  );
}

/** A row's values by name. One table of places serves all rows: a map for each would fill the memory. */
class NamedFields {
  constructor(
    readonly places: ReadonlyMap<string, number>,
    readonly fields: readonly string[],
  ) {}

  get(name: string): string | undefined {
    const place = this.places.get(name);
    return place === undefined ? undefined : (this.fields[place] ?? '');
  }
}

/** Where each name stands first. */
function placesOf(columns: readonly string[]): ReadonlyMap<string, number> {
  return new Map(columns.map((name, place) => [name, place] as const).reverse());
}

/** One field and what follows it: a comma, a line end or the end of the text. */
const FIELD = /(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n][^,\r\n]*)?)(,|\r?\n|\r|$)/y;

function splitRecords(path: string, text: string): Record[] {
  const records: Record[] = [];
  const field = new RegExp(FIELD);
  let line = 1;
  let startLine = 1;
  let fields: string[] = [];
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text);
    if (!match) {
      throw new DatasetError(
        `${path}: a double quote on line ${line} has no partner`,
        'Close the quote; inside a quoted value, write "" for a quote.',
      );
    }
    const [whole, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim());
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: startLine, fields });
    fields = [];
    startLine = line;
  }
  return records;
}

/** A value as a CSV field: in double quotes where it needs them. */
export function quoteField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
