/** How far a run has come. */
export interface ProgressState {
  /** What is running, e.g. `pre-training` or `seed 2 of 3`. */
  readonly name: string;
  /** Steps done, and steps of the whole run. */
  readonly step: number;
  readonly steps: number;
  /** Epoch under way, counted from 0, and how many there are (a fraction when steps were set). */
  readonly epoch: number;
  readonly epochs: number;
  readonly samplesPerSecond: number;
  readonly secondsLeft: number;
  /** Latest value of each part of the loss, by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Share of the time since the last report that training waited for data, 0 to 1. */
  readonly dataWait: number;
}

/** What a run tells the one who started it, and how it learns that it should stop. */
export interface RunIO {
  /** Go on from the last checkpoint in the run folder. */
  readonly resume: boolean;
  /** One line worth reading. */
  say(line: string): void;
  /** One line worth acting on. */
  warn(line: string): void;
  /** May be called at every step; the receiver decides how often to show it. */
  progress(state: ProgressState): void;
  /**
   * True once the user wants the run to finish the current step, save and return. A run must let the
   * event loop turn between steps (`await setImmediate()`), or Ctrl-C is never heard.
   */
  interrupted(): boolean;
}

/** A {@link RunIO} that says nothing and is never interrupted: for tests and the library. */
export const silentIO: RunIO = {
  resume: false,
  say: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  interrupted: () => false,
};
