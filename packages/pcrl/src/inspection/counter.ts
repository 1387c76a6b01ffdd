import type { CaseWatcher } from '../progress.js';

/** Raised inside an inspection that the user stops; never leaves it. */
export class Interrupted extends Error {}

/** Counts finished items and tells a watcher; stops the work when it is interrupted. */
export class Counter {
  #done = 0;
  readonly #began = performance.now();

  constructor(
    readonly watcher: CaseWatcher,
    readonly name: string,
    readonly noun: string,
    readonly total: number,
  ) {}

  /** @throws {Interrupted} the watcher wants the work to end */
  add(count = 1): void {
    this.#done += count;
    const { watcher, name, noun, total } = this;
    const perSecond = this.#done / Math.max(1e-3, (performance.now() - this.#began) / 1000);
    const secondsLeft = (total - this.#done) / perSecond;
    watcher.count({ name, noun, done: this.#done, total, perSecond, secondsLeft });
    if (watcher.interrupted()) throw new Interrupted();
  }
}
