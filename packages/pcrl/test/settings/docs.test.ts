import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TABLES, withTables } from './reference.js';

const path = fileURLToPath(new URL('../../../../docs/settings.md', import.meta.url));

describe('docs/settings.md', () => {
  // `npx vitest run packages/pcrl/test/settings/docs.test.ts -u` writes the tables anew.
  it('has the tables that the schema and the presets give', async () => {
    const page = await readFile(path, 'utf8');
    await expect(withTables(page)).toMatchFileSnapshot(path);
  });

  it('has a place for every table', async () => {
    const page = await readFile(path, 'utf8');
    for (const name of Object.keys(TABLES)) expect(page).toContain(`<!-- ${name} -->`);
  });

  it('says of every setting what it means and what it allows', () => {
    for (const table of Object.values(TABLES)) expect(table).not.toMatch(/\|\s+\|$/m);
    for (const table of Object.values(TABLES)) expect(table).not.toMatch(/\| {2}\| [^|]* \|$/m);
  });
});
