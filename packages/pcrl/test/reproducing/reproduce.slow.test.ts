import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SettingsError } from '../../src/errors.js';
import { methods } from '../../src/methods/registry.js';
import { printedFigures } from '../../src/reproducing/printed-figures.js';
import {
  commandsOf,
  type Reproduced,
  type ReproduceRequest,
  reproduce,
} from '../../src/reproducing/reproduce.js';
import { listeningIO, temporaryFolder } from '../tasks/synthetic.js';

const out = temporaryFolder();
const request: ReproduceRequest = { name: 'table-4', data: {}, budget: 'smoke', out, jobs: 1 };
let first: Reproduced;

beforeAll(async () => {
  first = await reproduce(request, listeningIO().io);
});

describe('table 4 on phantoms', () => {
  it('has a row of ours for each method that is there, and says which are not', () => {
    expect(first.failed).toBe(0);
    const rows = first.tables.flatMap((table) => table.rows);
    const ours = new Set(rows.filter((row) => row.ours).map((row) => row.arm));
    expect(ours.size).toBe(Object.keys(methods).length + 1);
    expect(rows.find((row) => row.arm === 'SimSiam')?.missing ?? 'there').toBe(
      'simsiam' in methods ? 'there' : 'not there yet',
    );
  });

  it('prints the paper beside it', () => {
    const csv = readFileSync(join(out, 'table-4.csv'), 'utf8').split('\n');
    const row = csv.find((line) => line.includes(',5%,PCRLv2,Mean,'))?.split(',');
    expect(row?.[3]).toBe('true');
    expect(Number(row?.[8])).toBeGreaterThanOrEqual(0);
    expect(row?.[14]).toBe('76.6');
  });

  it('writes a page that needs no network', () => {
    const page = readFileSync(first.page!, 'utf8');
    expect(page).toContain('Ours are from other data');
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(existsSync(join(out, 'table-4.md'))).toBe(true);
  });

  it('runs nothing again that is finished', async () => {
    const results = join(out, 'finetuned');
    const before = statSync(results).mtimeMs;
    const { io, said } = listeningIO();
    const second = await reproduce(request, io);
    expect(said.join('\n')).toContain('6 runs, 6 of them finished');
    expect(second.tables.map(({ rows }) => rows.map(({ ours }) => ours?.mean))).toEqual(
      first.tables.map(({ rows }) => rows.map(({ ours }) => ours?.mean)),
    );
    expect(statSync(results).mtimeMs).toBe(before);
  });

  it('lets no second process into its folder, and takes over the lock of one that is gone', async () => {
    const { io } = listeningIO();
    const lock = join(out, 'lock.json');
    expect(existsSync(lock)).toBe(false);
    const held = { host: hostname(), since: '2026-11-24T12:00:00.000Z' };
    writeFileSync(lock, JSON.stringify({ ...held, pid: process.ppid }));
    await expect(reproduce(request, io)).rejects.toThrow(
      /is being filled by process \d+ on .*\n {2}Wait for it, or stop it: the same command then goes on/,
    );
    expect(existsSync(lock)).toBe(true);
    // Numbers of processes end far below.
    writeFileSync(lock, JSON.stringify({ ...held, pid: 2 ** 30 }));
    expect((await reproduce(request, io)).failed).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });

  it('lists a command for each run that is left', async () => {
    const commands = await commandsOf({ ...request, out: temporaryFolder() }, listeningIO().io);
    expect(commands.filter((line) => line.includes('pretrain ')).length).toBe(2);
    expect(commands.filter((line) => line.includes('finetune ')).length).toBe(4);
  });
});

it('tests rows of an ablation against the method as it is', async () => {
  const { io, said } = listeningIO();
  const { tables } = await reproduce({ ...request, name: 'table-2' }, io);
  const [pairwise, crossed] = tables[0]!.rows.map(({ ours }) => ours!.mean.estimate!.value);
  expect(tables[0]!.tests).toHaveLength(1);
  expect(tables[0]!.tests[0]).toMatchObject({ labels: '5%', arm: 'crossed' });
  expect(tables[0]!.tests[0]!.difference.value).toBeCloseTo(crossed! - pairwise!, 12);
  expect(said.join('\n')).toContain('AUROC Mean over "pairwise"');
  expect(readFileSync(join(out, 'table-2.md'), 'utf8')).toContain('| AUROC Mean over "pairwise" |');
});

it('refuses a table that the paper has not, and a budget without data', async () => {
  const { io } = listeningIO();
  await expect(reproduce({ ...request, name: 'table-9' }, io)).rejects.toThrow(SettingsError);
  await expect(reproduce({ ...request, budget: 'hours' }, io)).rejects.toThrow(/--data nih=PATH/);
});

it('knows printed figures of every table with results', () => {
  const tables = new Set(printedFigures().rows.map(({ table }) => table));
  for (const table of [1, 2, 3, 4, 5, 6, 7, 8]) expect(tables).toContain(`table-${table}`);
});
