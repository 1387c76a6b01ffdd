import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file beside its place and renames it, so that it is never seen half-done; a failure leaves nothing. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.partial`;
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
