/**
 * Draws until what came breaks no rule, at most `tries` times; then takes what broke them least. An
 * image in which nothing can please the rules must not stop a run.
 *
 * @param draw draws once
 * @param violation 0 for a draw that breaks no rule, more the worse it is
 * @param tries at least 1
 */
export function drawUntilAccepted<T>(
  draw: () => T,
  violation: (drawn: T) => number,
  tries: number,
): T {
  let best = draw();
  let least = violation(best);
  for (let attempt = 1; attempt < tries && least > 0; attempt++) {
    const next = draw();
    const broken = violation(next);
    if (broken < least) [best, least] = [next, broken];
  }
  return best;
}
