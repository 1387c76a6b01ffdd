import * as v from 'valibot';

/** What a setting means and which values it takes, in words: error messages and docs read this. */
export type FieldNotes = {
  readonly allowed: string;
  readonly meaning: string;
};

/** Arrays and objects of `T`, all the way down, as read-only data. */
export type DeepReadonly<T> = T extends object
  ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
  : T;

/** `T` with every group and setting optional; lists stay whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

function notes(allowed: string, meaning: string): FieldNotes {
  return { allowed, meaning };
}

function atLeastAtMost(min: number, max: number): string {
  if (Number.isFinite(min) && Number.isFinite(max)) return ` from ${min} to ${max}`;
  if (Number.isFinite(min)) return `, ${min} or more`;
  return Number.isFinite(max) ? `, at most ${max}` : '';
}

/** A whole number. */
export function whole(meaning: string, min: number, max = Number.POSITIVE_INFINITY) {
  return v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(min),
    v.maxValue(max),
    v.metadata(notes(`a whole number${atLeastAtMost(min, max)}`, meaning)),
  );
}

/** A finite number. */
export function real(
  meaning: string,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
) {
  return v.pipe(
    v.number(),
    v.finite(),
    v.minValue(min),
    v.maxValue(max),
    v.metadata(notes(`a number${atLeastAtMost(min, max)}`, meaning)),
  );
}

/** A finite number above zero. */
export function positive(meaning: string) {
  return v.pipe(
    v.number(),
    v.finite(),
    v.gtValue(0),
    v.metadata(notes('a number above 0', meaning)),
  );
}

/** A share of less than all. */
export function belowOne(meaning: string) {
  return v.pipe(
    v.number(),
    v.minValue(0),
    v.ltValue(1),
    v.metadata(notes('a number from 0 to below 1', meaning)),
  );
}

/** A probability. */
export function chance(meaning: string) {
  return v.pipe(
    v.number(),
    v.minValue(0),
    v.maxValue(1),
    v.metadata(notes('a probability, from 0 to 1', meaning)),
  );
}

/** Yes or no. */
export function yesNo(meaning: string) {
  return v.pipe(v.boolean(), v.metadata(notes('true or false', meaning)));
}

/** One of a few words or numbers. */
export function oneOf<const T extends readonly (string | number)[]>(meaning: string, options: T) {
  const allowed = options.map(String).join(' | ');
  return v.pipe(v.picklist(options), v.metadata(notes(allowed, meaning)));
}

/** A text that is not empty, e.g. a path. */
export function text(meaning: string, allowed = 'a text') {
  return v.pipe(v.string(), v.nonEmpty(), v.metadata(notes(allowed, meaning)));
}

/** A list of texts with at least one entry, e.g. paths. */
export function texts(meaning: string, allowed = 'a list of texts, at least one') {
  return v.pipe(
    v.array(v.pipe(v.string(), v.nonEmpty())),
    v.minLength(1),
    v.metadata(notes(allowed, meaning)),
  );
}

/** A range `[low, high]` to draw from. */
export function range(
  meaning: string,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
) {
  const end = v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));
  return v.pipe(
    v.tuple([end, end]),
    v.check(([low, high]) => low <= high),
    v.metadata(notes(`[low, high], each a number${atLeastAtMost(min, max)}`, meaning)),
  );
}

/** One whole number per image axis: `112`, `"64x64x32"` or `[64, 64, 32]`. */
export function perAxis(meaning: string, rank: 2 | 3, min = 1) {
  const example = rank === 2 ? '112, 128x96 or [128, 96]' : '32, 64x64x32 or [64, 64, 32]';
  return v.pipe(
    v.union([v.number(), v.string(), v.array(v.number())]),
    v.transform((given) => parseAxes(given, rank)),
    v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(min))),
    v.length(rank),
    v.metadata(notes(`${rank} whole numbers, ${min} or more (${example})`, meaning)),
  );
}

/** `112`, `"64x64x32"` or a list as one number per axis. */
export function parseAxes(given: number | string | number[], rank: number): number[] {
  if (Array.isArray(given)) return given;
  if (typeof given === 'number') return Array<number>(rank).fill(given);
  const axes = given.split('x').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return axes.length === 1 ? Array<number>(rank).fill(axes[0] ?? Number.NaN) : axes;
}

/** A list of sizes to choose from. */
export function sizes(meaning: string, rank: 2 | 3) {
  return v.pipe(
    v.array(perAxis('', rank)),
    v.minLength(1),
    v.metadata(notes(`a list of sizes, each ${rank} whole numbers`, meaning)),
  );
}

type Field = v.GenericSchema<unknown, unknown>;

/** The notes of a field; empty words for a schema without any. */
export function notesOf(schema: Field): FieldNotes {
  const found = v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]);
  return {
    allowed: String(found.allowed ?? ''),
    meaning: String(found.meaning ?? ''),
  };
}

/** The same field, or `null` (in YAML and flags also `none`) for "without". */
export function orNone<S extends Field>(field: S) {
  const { allowed, meaning } = notesOf(field);
  return v.pipe(v.nullable(field), v.metadata(notes(`${allowed}; or none`, meaning)));
}
