import { rename, writeFile } from 'node:fs/promises';

/** Writes a file beside its place and renames it, so that it is never seen half-done. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.partial`;
  await writeFile(beside, content);
  await rename(beside, path);
}
