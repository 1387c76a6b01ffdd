import { byteLength, isRawDType, METADATA_KEY, type RawDType } from './format.js';
import { parseHeaderJson, quoted } from './header-json.js';

/** What a header says about one tensor; offsets count from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** By offset. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Why a header is refused; the callers add the file's name. */
export class HeaderFault extends Error {}

const OPENING_BRACE = 0x7b;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Checks all that the reference parser checks, before anything is read by what the header says.
 *
 * @param bytes the header, without the length in front
 * @param dataBytes length of all that follows the header
 * @throws {HeaderFault} with the first thing found wrong
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number): Header {
  const parsed = parseHeaderJson(headerText(bytes));
  if ('reason' in parsed) throw new HeaderFault(parsed.reason);
  // Text that starts with a brace and is JSON is an object.
  const { [METADATA_KEY]: metadata, ...tensors } = parsed.value as Record<string, unknown>;
  const entries = Object.entries(tensors).map(([name, entry]) => tensorEntry(name, entry));
  entries.sort((one, other) => one.begin - other.begin || one.end - other.end);
  checkCoverage(entries, dataBytes);
  return { entries, metadata: checkedMetadata(metadata) };
}

function headerText(bytes: Uint8Array): string {
  if (bytes[0] !== OPENING_BRACE) throw new HeaderFault('the header does not start with "{"');
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HeaderFault('the header is not UTF-8');
  }
}

function tensorEntry(name: string, entry: unknown): TensorEntry {
  const fault = (what: string) => new HeaderFault(`tensor ${quoted(name)}: ${what}`);
  if (!isObject(entry)) throw fault('its entry is no JSON object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isRawDType(dtype)) throw fault(`unknown dtype ${quoted(String(dtype))}`);
  if (!isLengths(shape)) throw fault('its shape is no list of integers below 2^53');
  if (!isLengths(offsets) || offsets.length !== 2) {
    throw fault('its data_offsets are no two integers below 2^53');
  }
  const [begin, end] = offsets as readonly [number, number];
  if (end < begin) throw fault(`it ends at ${end}, before it begins at ${begin}`);
  const needed = byteLength(dtype, shape);
  if (needed === undefined) throw fault(`its shape [${shape.join(', ')}] overflows`);
  if (needed !== end - begin) {
    throw fault(`${dtype} [${shape.join(', ')}] takes ${needed} bytes, not ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** The tensors lie back to back, from the first byte of the data to the last. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    const wrong = begin > covered ? 'leaves a hole' : 'overlaps another tensor';
    if (begin !== covered) {
      throw new HeaderFault(`tensor ${quoted(name)}: ${wrong} at offset ${begin} of the data`);
    }
    covered = end;
  }
  if (covered > dataBytes) {
    throw new HeaderFault(
      `the file is cut off: ${covered} bytes of data announced, ${dataBytes} there`,
    );
  }
  if (covered < dataBytes) {
    throw new HeaderFault(
      `${dataBytes - covered} bytes at the end of the file belong to no tensor`,
    );
  }
}

function checkedMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isObject(metadata)) throw new HeaderFault(`${METADATA_KEY} is no JSON object`);
  const wrong = Object.entries(metadata).find(([, value]) => typeof value !== 'string');
  if (wrong)
    throw new HeaderFault(`${METADATA_KEY}: the value of ${quoted(wrong[0])} is no string`);
  return metadata as Record<string, string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item));
}
