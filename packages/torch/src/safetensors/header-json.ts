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

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}:]/g;
const PLAIN_INTEGER = /^(?:0|[1-9]\d*)$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Walks the tokens of valid JSON. */
function whatJsonParseAllows(text: string): string | undefined {
  const openObjects: Set<string>[] = [];
  let lastString = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') openObjects.push(new Set());
    else if (token === '}') openObjects.pop();
    else if (token === ':') {
      const keys = openObjects.at(-1);
      if (keys?.has(lastString)) return `the header has the key ${quoted(lastString)} twice`;
      keys?.add(lastString);
    } else if (token.startsWith('"')) {
      lastString = JSON.parse(token) as string;
      if (LONE_SURROGATE.test(lastString)) return 'the header has text that is not Unicode';
    } else if (!PLAIN_INTEGER.test(token)) {
      return `the header has the number ${token.slice(0, 40)}, not a plain non-negative integer`;
    }
  }
  return undefined;
}

/** A name from a file, made fit for a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
}
