/** A group of settings as plain data, before anything is known about it. */
export type Group = { readonly [key: string]: unknown };

/** Whether a value is a group of settings: a plain object, no list and no `null`. */
export function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `base` with the values of `changes` put in, group by group; lists are replaced whole. */
export function merge(base: Group, changes: Group): Group {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const current = merged[key];
    merged[key] = isGroup(current) && isGroup(value) ? merge(current, value) : value;
  }
  return merged;
}

/** The same data with every text `none` turned into `null`, as flags and YAML write it. */
export function noneAsNull(value: unknown): unknown {
  if (value === 'none') return null;
  if (Array.isArray(value)) return value.map(noneAsNull);
  if (!isGroup(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, noneAsNull(entry)]));
}
