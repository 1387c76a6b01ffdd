/**
 * Philox4x32-10: a counter-based generator. A block of four random words is a fixed function of a
 * 128-bit counter and a 64-bit key, so any block can be had at once, in any order, on any thread.
 *
 * Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
 * constants and test vectors of the authors' Random123 library.
 */

const ROUNDS = 10;

// The two multipliers, also in 16-bit halves for the high word of a 32 x 32 bit product.
const M0 = 0xd2511f53;
const M0_LOW = M0 & 0xffff;
const M0_HIGH = M0 >>> 16;
const M1 = 0xcd9e8d57;
const M1_LOW = M1 & 0xffff;
const M1_HIGH = M1 >>> 16;

// Weyl increments of the key: the golden ratio and the square root of three, minus one.
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The four words of a counter. The first one counts blocks. */
export type Counter = readonly [number, number, number, number];

/** The two words of a key. */
export type Key = readonly [number, number];

/** The words in one block. */
export const BLOCK_WORDS = 4;

/**
 * Fills `out[start .. end)` with the blocks at `counter`, `counter + 1`, ... (the first counter word
 * counts on, modulo 2^32). When the length is no multiple of four, the last block is cut off.
 *
 * @param out receives the random words
 * @param start first index written
 * @param end one past the last index written
 */
export function philox4x32(
  out: Uint32Array,
  start: number,
  end: number,
  counter: Counter,
  key: Key,
): void {
  const [, c1, c2, c3] = counter;
  const [key0, key1] = key;
  let block = counter[0] | 0;
  for (let at = start; at < end; at += BLOCK_WORDS) {
    let x0 = block;
    let x1 = c1 | 0;
    let x2 = c2 | 0;
    let x3 = c3 | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      // High words of M0 * x0 and M1 * x2 by schoolbook multiplication of 16-bit halves: no
      // intermediate result leaves 32 bits, so all of it stays in integer registers.
      const x0Low = x0 & 0xffff;
      const x0High = x0 >>> 16;
      const middle0 = (Math.imul(x0High, M0_LOW) + (Math.imul(x0Low, M0_LOW) >>> 16)) | 0;
      const cross0 = (Math.imul(x0Low, M0_HIGH) + (middle0 & 0xffff)) | 0;
      const high0 = (Math.imul(x0High, M0_HIGH) + (middle0 >>> 16) + (cross0 >>> 16)) | 0;

      const x2Low = x2 & 0xffff;
      const x2High = x2 >>> 16;
      const middle1 = (Math.imul(x2High, M1_LOW) + (Math.imul(x2Low, M1_LOW) >>> 16)) | 0;
      const cross1 = (Math.imul(x2Low, M1_HIGH) + (middle1 & 0xffff)) | 0;
      const high1 = (Math.imul(x2High, M1_HIGH) + (middle1 >>> 16) + (cross1 >>> 16)) | 0;

      const low0 = Math.imul(M0, x0);
      const low1 = Math.imul(M1, x2);
      x0 = high1 ^ x1 ^ k0;
      x1 = low1;
      x2 = high0 ^ x3 ^ k1;
      x3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[at] = x0;
    if (at + 1 < end) out[at + 1] = x1;
    if (at + 2 < end) out[at + 2] = x2;
    if (at + 3 < end) out[at + 3] = x3;
    block = (block + 1) | 0;
  }
}
