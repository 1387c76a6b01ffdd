import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ImageError } from '../../errors.js';
import { cutShort } from './prepared.js';
import { type PreparedRecord, RECORD_ENDING, REMEDY, readRecord, voxelPath } from './record.js';

const SHARE = 1 / 65_535;

/** Whether a path names a prepared image, which can be read in parts. */
export function isPrepared(path: string): boolean {
  return path.endsWith(RECORD_ENDING);
}

// One of each for a thread: boxes are read by the hundred and looked at one after another.
let rows = new Uint16Array(0);
let values = new Float32Array(0);

/**
 * A prepared volume that stays on the disk: boxes of it are read as they are needed. Values are on the
 * scale from 0 to 1, voxels z fastest.
 */
export class PreparedVolume {
  readonly record: PreparedRecord;
  readonly #file: number;

  /** @throws {ImageError} it is no prepared volume, is damaged or of another version */
  constructor(readonly path: string) {
    this.record = readRecord(path);
    if (this.record.kind !== 'volume') {
      throw new ImageError(path, `it is a prepared ${this.record.kind}, not a volume`);
    }
    const voxels = voxelPath(path, this.record);
    try {
      this.#file = openSync(voxels, 'r');
    } catch (error) {
      throw new ImageError(path, (error as Error).message, REMEDY, { cause: error });
    }
    const { size } = fstatSync(this.#file);
    if (size === this.record.voxels.bytes) return;
    this[Symbol.dispose]();
    throw cutShort(path, this.record, size);
  }

  get size(): readonly number[] {
    return this.record.size;
  }

  get lowest(): number {
    return this.record.lowest;
  }

  /**
   * Reads a box of whole voxels that lies inside the volume: one read for each plane of x, of the rows
   * that the box has there.
   *
   * @returns its voxels, `size` of them along each axis, valid until the next call in this thread
   */
  read(start: readonly number[], size: readonly number[]): Float32Array {
    const [x0, y0, z0] = start as [number, number, number];
    const [planes, height, depth] = size as [number, number, number];
    const [, rowsAll, rowLength] = this.size as [number, number, number];
    if (rows.length < height * rowLength) rows = new Uint16Array(height * rowLength);
    const count = planes * height * depth;
    if (values.length < count) values = new Float32Array(count);
    const bytes = new Uint8Array(rows.buffer, 0, height * rowLength * 2);
    for (let plane = 0, at = 0; plane < planes; plane++) {
      this.#fill(bytes, ((x0 + plane) * rowsAll + y0) * rowLength * 2);
      for (let row = 0, from = z0; row < height; row++, from += rowLength) {
        for (let z = 0; z < depth; z++) values[at++] = rows[from + z]! * SHARE;
      }
    }
    return values.subarray(0, count);
  }

  #fill(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, position + done);
      if (count === 0) throw cutShort(this.path, this.record, position + done);
      done += count;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
