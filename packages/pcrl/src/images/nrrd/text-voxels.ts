import { ImageError } from '../../errors.js';

const REWRITE = 'Copy or download the file again, or write it with raw or gzip encoding.';

/**
 * Numbers written as text, set apart by white space or commas.
 *
 * @throws ImageError when there are fewer than `count` numbers, or one is none.
 */
export function textVoxels(path: string, bytes: Buffer, count: number): Float64Array {
  // Each number takes a digit and, but for the last, a separator.
  if (count * 2 - 1 > bytes.length) throw tooFew(path, bytes.length, count);
  const voxels = new Float64Array(count);
  let at = 0;
  for (let voxel = 0; voxel < count; voxel++) {
    while (at < bytes.length && isSeparator(bytes[at]!)) at++;
    const start = at;
    while (at < bytes.length && !isSeparator(bytes[at]!)) at++;
    if (start === at) throw tooFew(path, bytes.length, count);
    voxels[voxel] = number(path, bytes, start, at);
  }
  return voxels;
}

function number(path: string, bytes: Buffer, start: number, end: number): number {
  const word = bytes.toString('latin1', start, Math.min(end, start + 40));
  const value = Number(word);
  if (!Number.isNaN(value) || /^[-+]?nan$/i.test(word)) return value;
  if (/^[-+]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  throw new ImageError(path, `"${word}" at byte ${start} of the data is not a number`, REWRITE);
}

function isSeparator(byte: number): boolean {
  return byte <= 32 || byte === 44;
}

function tooFew(path: string, length: number, count: number): ImageError {
  return new ImageError(
    path,
    `cut short: the text data of ${length} bytes hold fewer than ${count} numbers`,
    REWRITE,
  );
}

/** Bytes written as pairs of hexadecimal digits, white space between them ignored. */
export function hexVoxels(path: string, bytes: Buffer): Buffer {
  const digits = bytes.toString('latin1').replace(/\s+/g, '');
  const decoded = Buffer.from(digits, 'hex');
  if (decoded.length * 2 >= digits.length - 1) return decoded;
  throw new ImageError(
    path,
    `no hexadecimal digit after ${decoded.length * 2} of them in the data`,
    REWRITE,
  );
}
