/**
 * The standard normal numbers that cut the line into 65,536 equally likely parts: the middle (by chance)
 * of each part, from -4.4 to 4.4. Sixteen random bits choose one; a word makes two.
 */

const PARTS = 2 ** 16;

let made: Float32Array | undefined;

/** Made when first asked for, in a few milliseconds. */
export function normalTable(): Float32Array {
  made ??= Float32Array.from({ length: PARTS }, (_, part) => normalQuantile((part + 0.5) / PARTS));
  return made;
}

// Acklam's rational approximations of the inverse of the normal distribution function, whose relative error
// is below 1.2e-9: one in the middle, one of sqrt(-2 ln p) in the tails.
const MIDDLE_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const MIDDLE_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL_ABOVE = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BELOW = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];
const TAIL = 0.02425;

/** The number below which a standard normal one lies with the given chance, in (0, 1). */
function normalQuantile(chance: number): number {
  if (chance > 0.5) return -normalQuantile(1 - chance);
  if (chance < TAIL) {
    const root = Math.sqrt(-2 * Math.log(chance));
    return polynomial(TAIL_ABOVE, root) / polynomial(TAIL_BELOW, root);
  }
  const offset = chance - 0.5;
  const square = offset * offset;
  return (offset * polynomial(MIDDLE_ABOVE, square)) / polynomial(MIDDLE_BELOW, square);
}

/** The highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
