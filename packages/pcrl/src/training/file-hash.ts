import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const BYTES_AT_ONCE = 1 << 22;

/** SHA-256 of a file of any length, as hexadecimal digits. */
export function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const bytes = Buffer.alloc(BYTES_AT_ONCE);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const count = readSync(file, bytes, 0, bytes.length, null);
      if (count === 0) return hash.digest('hex');
      hash.update(bytes.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
