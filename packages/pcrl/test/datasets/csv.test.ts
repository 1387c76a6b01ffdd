import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/datasets/csv.js';
import { DatasetError } from '../../src/errors.js';

const values = (text: string) => {
  const { columns, rows } = parseCsv('t.csv', text);
  return rows.map((row) => [row.line, ...columns.map((name) => row.values.get(name))]);
};

describe('parseCsv', () => {
  it('reads quotes, CRLF, a byte order mark, line breaks in quotes and blank lines', () => {
    const text = '\uFEFFimage,note\r\na.png,"one, ""two"""\r\n\r\nb.png,"first\nsecond"\r\nc.png,';
    expect(parseCsv('t.csv', text).columns).toEqual(['image', 'note']);
    expect(values(text)).toEqual([
      [2, 'a.png', 'one, "two"'],
      [4, 'b.png', 'first\nsecond'],
      [6, 'c.png', ''],
    ]);
  });

  it('gives back what was written, whatever the values', () => {
    const word = fc.string().map((text) => text.trim());
    const table = fc.array(fc.tuple(word, word, word), { maxLength: 8 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const text = ['a,b,c', ...rows.map((row) => row.map(quoted).join(','))].join(end);
        expect(values(text).map(([, ...fields]) => fields)).toEqual(rows);
      }),
    );
  });

  it('reads a long quoted value in linear time', () => {
    const long = 'x,""y'.repeat(200_000);
    expect(values(`a,b\n1,"${long}"`)[0]![2]).toHaveLength(long.length - 200_000);
    expect(() => parseCsv('t.csv', `a,b\n1,"${long}`)).toThrow(/line 2 has no partner/);
  });

  it.each([
    ['', /t\.csv: the file is empty/],
    ['a,b\n1,2\n3', /line 3 has 1 fields, the header has 2/],
    ['a,b\n1,2,3', /line 2 has 3 fields/],
    ['a,b,a\n', /two columns are named "a"/],
    ['a,b\n1,"2\n3,4', /quote on line 2 has no partner/],
  ])('%j is refused', (text, reason) => {
    expect(() => parseCsv('t.csv', text)).toThrow(DatasetError);
    expect(() => parseCsv('t.csv', text)).toThrow(reason);
  });
});
