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

/** A record with where the next one starts. */
interface Found {
  readonly fields: readonly string[];
  readonly end: number;
  /** Line breaks in it and behind it. */
  readonly lines: number;
}

function splitRecords(path: string, text: string): Record[] {
  const records: Record[] = [];
  // Where the next ones are, looked for again only when they are passed.
  let [newline, quote] = [text.indexOf('\n'), text.indexOf('"')];
  let [at, line] = [0, 1];
  while (at < text.length) {
    if (newline >= 0 && newline < at) newline = text.indexOf('\n', at);
    if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
    const stop = newline < 0 ? text.length : newline;
    const plain = quote < 0 || quote > stop ? plainRecord(text, at, stop) : undefined;
    const { fields, end, lines } = plain ?? quotedRecord(path, text, at, line);
    if (fields.length > 1 || fields[0] !== '') records.push({ line, fields });
    line += lines;
    at = end;
  }
  return records;
}

/** The record of one line without quotes, as almost all are; undefined where a CR divides it. */
function plainRecord(text: string, at: number, stop: number): Found | undefined {
  const line = text.slice(at, text[stop - 1] === '\r' ? stop - 1 : stop);
  if (line.includes('\r')) return undefined;
  return { fields: line.split(',').map((field) => field.trim()), end: stop + 1, lines: 1 };
}

/** One field and what follows it: a comma, a line end or the end of the text. */
const FIELD = /(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n][^,\r\n]*)?)(,|\r?\n|\r|$)/y;

function quotedRecord(path: string, text: string, at: number, line: number): Found {
  const fields: string[] = [];
  let lines = 0;
  FIELD.lastIndex = at;
  for (;;) {
    const match = FIELD.exec(text);
    if (!match) {
      throw new DatasetError(
        `${path}: a double quote on line ${line + lines} has no partner`,
        'Close the quote; inside a quoted value, write "" for a quote.',
      );
    }
    const [whole, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim());
    lines += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end !== ',') return { fields, end: FIELD.lastIndex, lines };
  }
}

/** A value as a CSV field: in double quotes where it needs them. */
export function quoteField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
