import type { ProgressState, RunIO } from '../../src/training/run-io.js';

/** A {@link RunIO} that remembers, and interrupts after a number of progress reports. */
export class RecordingIO implements RunIO {
  readonly said: string[] = [];
  readonly warned: string[] = [];
  readonly states: ProgressState[] = [];

  constructor(
    readonly resume = false,
    readonly interruptAfter = Number.POSITIVE_INFINITY,
  ) {}

  say(line: string): void {
    this.said.push(line);
  }

  warn(line: string): void {
    this.warned.push(line);
  }

  progress(state: ProgressState): void {
    this.states.push(state);
  }

  interrupted(): boolean {
    return this.states.length >= this.interruptAfter;
  }
}
