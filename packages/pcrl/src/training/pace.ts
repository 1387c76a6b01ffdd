import type { Stretch } from './step-recorder.js';

/** Weight of the newest stretch in the smoothed time of a step. */
const NEWEST = 0.1;

/** How fast a run goes and how much of the time it waits for data. Times in seconds. */
export class Pace {
  #stretchBegan: number;
  #waited = 0;
  #secondsPerStep: number | undefined;

  /** @param now a clock that only goes forward */
  constructor(readonly now: () => number) {
    this.#stretchBegan = now();
  }

  /** Waits for data, and remembers how long. */
  async waitFor<T>(data: () => Promise<T>): Promise<T> {
    const began = this.now();
    try {
      return await data();
    } finally {
      this.#waited += this.now() - began;
    }
  }

  /** Ends a stretch of so many steps and begins the next. */
  stretch(steps: number): Stretch {
    const seconds = Math.max(1e-9, this.now() - this.#stretchBegan);
    const stretch = { seconds, waited: this.#waited };
    const perStep = seconds / steps;
    const before = this.#secondsPerStep ?? perStep;
    this.#secondsPerStep = before + NEWEST * (perStep - before);
    this.#stretchBegan += seconds;
    this.#waited = 0;
    return stretch;
  }

  /** Leaves the time of the steps so far out of the smoothed one. */
  forget(): void {
    this.#secondsPerStep = undefined;
  }

  /** Smoothed over the last ten stretches or so. */
  get secondsPerStep(): number {
    return this.#secondsPerStep ?? Number.NaN;
  }
}
