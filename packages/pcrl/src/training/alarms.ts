/** Below this share of its healthy value the spread of the projections counts as collapsed. */
const COLLAPSED = 0.1;
/** So many steps in a row make an alarm: single batches vary. */
const STEPS = 50;

/** Warns, once, of a network that gives the same projection for every image. */
export class CollapseAlarm {
  #steps = 0;
  #raised = false;

  /** @returns what to say when the alarm is raised by this step */
  observe(step: number, spread: number): string | undefined {
    this.#steps = spread < COLLAPSED ? this.#steps + 1 : 0;
    if (this.#raised || this.#steps < STEPS) return undefined;
    this.#raised = true;
    return (
      `collapse: for ${STEPS} steps up to step ${step} the normalised projections of different images ` +
      `were nearly the same (spread ${spread.toPrecision(2)}, healthy is near 1). ` +
      'Try a lower learning rate, a warm-up, or a larger batch.'
    );
  }
}
