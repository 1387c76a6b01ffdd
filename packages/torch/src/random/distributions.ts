/** Random words become uniform and normal numbers. Plain arithmetic, no state. */

const TWO_TO_MINUS_24 = 2 ** -24;
const TWO_TO_MINUS_32 = 2 ** -32;
const TWO_TO_MINUS_53 = 2 ** -53;
const HALF_ANGLE_UNIT = Math.PI / 2 ** 32;

/** A number in [0, 1) with 53 random bits. */
export function uniformFromWords(high: number, low: number): number {
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) * TWO_TO_MINUS_53;
}

/** A standard normal number from two words (the first of the pair that Box and Muller give). */
export function normalFromWords(radiusWord: number, angleWord: number): number {
  const half = (angleWord | 0) * HALF_ANGLE_UNIT;
  const sine = sineOfHalfAngle(half);
  return radius(radiusWord) * (1 - 2 * sine * sine);
}

/** `out[i] = low + (high - low) * u` with u in [0, 1) of 24 bits, the precision of a float32. */
export function uniformsFromWords(
  words: Uint32Array,
  out: Float32Array,
  start: number,
  end: number,
  low: number,
  high: number,
): void {
  const step = (high - low) * TWO_TO_MINUS_24;
  for (let i = start; i < end; i++) out[i] = low + (words[i - start]! >>> 8) * step;
}

/**
 * Normal numbers by Box and Muller (1958): r = sqrt(-2 ln u), then r cos(a) and r sin(a).
 * With s and c of half the angle, cos(a) = 1 - 2 s^2 and sin(a) = 2 s c, which needs no branches.
 * `words` holds an even number of words from index 0 on, at least `end - start`.
 */
export function normalsFromWords(
  words: Uint32Array,
  out: Float32Array,
  start: number,
  end: number,
  mean: number,
  standardDeviation: number,
): void {
  for (let i = start; i < end; i += 2) {
    const scale = standardDeviation * radius(words[i - start]!);
    const half = (words[i - start + 1]! | 0) * HALF_ANGLE_UNIT;
    const sine = sineOfHalfAngle(half);
    out[i] = mean + scale * (1 - 2 * sine * sine);
    if (i + 1 < end) out[i + 1] = mean + scale * 2 * sine * cosineOfHalfAngle(half);
  }
}

/** sqrt(-2 ln u) with u in (0, 1): at most 6.76, so the tails reach as far as 2^32 draws show. */
function radius(word: number): number {
  return Math.sqrt(-2 * Math.log((word + 0.5) * TWO_TO_MINUS_32));
}

// Taylor's series up to the 15th and 16th power: on [-pi/2, pi/2] wrong by less than 1e-11. They are
// spelled out because Math.sin and Math.cos may differ in the last bit from one JavaScript engine to
// the next, and the same seed is to give the same numbers on all of them.

function sineOfHalfAngle(x: number): number {
  const y = x * x;
  const tail = 1 / 6227020800 - y / 1307674368000;
  const series =
    1 -
    y * (1 / 6 - y * (1 / 120 - y * (1 / 5040 - y * (1 / 362880 - y * (1 / 39916800 - y * tail)))));
  return x * series;
}

function cosineOfHalfAngle(x: number): number {
  const y = x * x;
  const tail = 1 / 87178291200 - y / 20922789888000;
  return (
    1 -
    y *
      (1 / 2 -
        y *
          (1 / 24 -
            y * (1 / 720 - y * (1 / 40320 - y * (1 / 3628800 - y * (1 / 479001600 - y * tail))))))
  );
}
