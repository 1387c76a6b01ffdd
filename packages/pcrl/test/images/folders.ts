import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** A folder that is removed when the tests of the file have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pcrl-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of the real test images, or undefined where they are not at hand. */
export function realData(name: string): string | undefined {
  const beside = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
  const folder = resolve(process.env.PCRL_TEST_DATA ?? beside, name);
  return existsSync(folder) ? folder : undefined;
}
