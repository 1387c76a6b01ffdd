import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify, YAMLParseError } from 'yaml';
import { SettingsError } from '../errors.js';
import { type Group, isGroup } from './merge.js';

/**
 * Reads settings from YAML or JSON, e.g. the `config.json` of a run. Nothing is filled in.
 *
 * @throws {SettingsError} the file is missing, not YAML, or holds no settings
 */
export async function readSettingsFile(path: string): Promise<Group> {
  const content = parseYaml(path, await readText(path));
  if (content === null) return {};
  if (isGroup(content)) return content;
  throw new SettingsError(
    `${path}: holds ${Array.isArray(content) ? 'a list' : 'a single value'}, not settings`,
    'Write one setting a line, e.g. "epochs: 100".',
  );
}

/** Writes resolved settings as YAML where the name ends in `.yaml` or `.yml`, else as JSON. */
export async function writeSettings(path: string, settings: object): Promise<void> {
  const yaml = /\.ya?ml$/i.test(path);
  await writeFile(path, yaml ? stringify(settings) : `${JSON.stringify(settings, null, 2)}\n`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SettingsError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
      'Check the path of the config file.',
      { cause: error },
    );
  }
}

function parseYaml(path: string, source: string): unknown {
  try {
    return parse(source, { strict: true, uniqueKeys: true });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new SettingsError(`${path}: ${error.message.trimEnd()}`, 'Mend the YAML at that line.', {
      cause: error,
    });
  }
}
