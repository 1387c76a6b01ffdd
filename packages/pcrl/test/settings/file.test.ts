import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readSettingsFile,
  resolvePretrainSettings,
  writeSettings,
} from '../../src/settings/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcrl-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string) {
  const path = join(folder, 'config.yaml');
  await writeFile(path, content);
  return readSettingsFile(path);
}

describe('a settings file', () => {
  it.each(['config.json', 'config.yaml'])('%s is written and accepted back', async (name) => {
    const settings = resolvePretrainSettings({ data: ['a'], out: 'b', dimensions: 3 });
    const path = join(folder, name);
    await writeSettings(path, settings);
    expect(resolvePretrainSettings(await readSettingsFile(path))).toEqual(settings);
  });

  it('is YAML, and may be empty', async () => {
    expect(await read('views:\n  size: 64x64x32\n  tissueRule: off\n')).toEqual({
      views: { size: '64x64x32', tissueRule: 'off' },
    });
    expect(await read('# nothing yet\n')).toEqual({});
  });

  it('says what is wrong with it', async () => {
    await expect(read('views: [1')).rejects.toThrow(/config\.yaml: .*line 1/s);
    await expect(read('- 1\n- 2')).rejects.toThrow('holds a list, not settings');
    await expect(read('epochs: 1\nepochs: 2')).rejects.toThrow(/unique/);
    await expect(readSettingsFile(join(folder, 'none.yaml'))).rejects.toThrow('ENOENT');
  });
});
