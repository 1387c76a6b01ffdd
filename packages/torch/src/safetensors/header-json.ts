/**
 * The header's JSON, stricter than `JSON.parse`: no key twice in one object, numbers only as plain
 * non-negative integers, no text that is not Unicode. The reference parser refuses these too or, for
 * keys given twice, silently takes one of them.
 */

/** @returns the parsed value, or the reason why the text is refused */
export function parseHeaderJson(text: string): { value: unknown } | { reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { reason: `the header is not JSON: ${(error as Error).message}` };
  }
  const reason = whatJsonParseAllows(text);
  return reason ? { reason } : { value };
}

const PLAIN_INTEGER = /^(?:0|[1-9]\d*)$/;
const NUMBER_START = /[-\d]/;
const NUMBER_PART = /[-+.eE\d]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Walks the tokens of valid JSON. */
function whatJsonParseAllows(text: string): string | undefined {
  const openObjects: Set<string>[] = [];
  let lastString = '';
  for (const token of tokens(text)) {
    if (token === '{') openObjects.push(new Set());
    else if (token === '}') openObjects.pop();
    else if (token === ':') {
      const keys = openObjects.at(-1);
      if (keys?.has(lastString)) return `the header has the key ${quoted(lastString)} twice`;
      keys?.add(lastString);
    } else if (token.startsWith('"')) {
      lastString = JSON.parse(token) as string;
      if (!isUnicode(lastString)) return 'the header has text that is not Unicode';
    } else if (!PLAIN_INTEGER.test(token)) {
      return `the header has the number ${token.slice(0, 40)}, not a plain non-negative integer`;
    }
  }
  return undefined;
}

/** Strings, numbers, braces and colons of valid JSON. By hand: hostile strings exhaust a regex. */
function* tokens(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at);
    if (end > at) yield text.slice(at, end);
    at = Math.max(end, at + 1);
  }
}

/** One past the token that starts at `at`; `at` itself when none does. */
function tokenEnd(text: string, at: number): number {
  const first = text.charAt(at);
  if (first === '"') return stringEnd(text, at);
  if (first === '{' || first === '}' || first === ':') return at + 1;
  if (!NUMBER_START.test(first)) return at;
  let end = at + 1;
  while (NUMBER_PART.test(text.charAt(end))) end++;
  return end;
}

function stringEnd(text: string, at: number): number {
  let end = at + 1;
  while (text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
  return end + 1;
}

/** Whether text has no half of a surrogate pair alone, which UTF-8 cannot hold. */
export function isUnicode(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** A name from a file, made fit for a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
}
