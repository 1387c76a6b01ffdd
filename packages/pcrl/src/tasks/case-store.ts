import type { Case } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import { unusable } from './masks.js';
import type { LoadedCase, Task } from './task.js';

/** Cases read in the same moment. */
const AT_ONCE = 8;

type Reading = Promise<LoadedCase>;

/**
 * Reads cases and keeps them in memory until a limit is reached; the later ones are read again each time,
 * ahead of the step that needs them. Cases with one image share it.
 */
export class CaseStore {
  readonly #kept = new Map<string, LoadedCase>();
  readonly #indices: ReadonlyMap<string, number>;
  #bytesLeft: number;
  /** Images of the group that was asked for last: the next one often begins with the same. */
  #latest: ReadonlyMap<string, Reading> = new Map();

  constructor(
    readonly task: Task,
    cases: readonly Case[],
    bytes: number,
  ) {
    this.#indices = new Map(cases.map(({ image }, index) => [image, index]));
    this.#bytesLeft = bytes;
  }

  /** The cases in memory, in the order asked for. */
  async load(cases: readonly Case[]): Promise<readonly LoadedCase[]> {
    const readings = new Map<string, Reading>();
    for (const item of cases) {
      if (readings.has(item.image)) continue;
      readings.set(item.image, this.#latest.get(item.image) ?? this.#loadOne(item));
    }
    this.#latest = readings;
    return Promise.all(cases.map(async (item) => ({ ...(await readings.get(item.image)!), item })));
  }

  /**
   * Reads every case once.
   *
   * @throws {DatasetError} that lists those that cannot be used
   */
  async check(cases: readonly Case[]): Promise<void> {
    const problems: string[] = [];
    for (let start = 0; start < cases.length; start += AT_ONCE) {
      const some = cases.slice(start, start + AT_ONCE);
      await Promise.all(
        some.map((item) =>
          this.#loadOne(item).catch((error: unknown) => {
            if (!(error instanceof ImageError)) throw error;
            problems.push(`    ${error.path}: ${error.reason}`);
          }),
        ),
      );
    }
    if (problems.length > 0) throw unusable(problems.sort());
  }

  /** Hands out groups of cases in turn, the next one being read while one is worked on. */
  async *inGroups(
    groups: Iterable<readonly Case[]>,
  ): AsyncGenerator<readonly LoadedCase[], void, void> {
    let next: Promise<readonly LoadedCase[]> | undefined;
    for (const group of groups) {
      const current = next;
      next = this.load(group);
      // Whoever awaits it hears of the failure; until then it must not end the process.
      next.catch(() => undefined);
      if (current) yield await current;
    }
    if (next) yield await next;
  }

  async #loadOne(item: Case): Promise<LoadedCase> {
    const known = this.#kept.get(item.image);
    if (known) return known;
    const loaded = await this.task.read(item, this.#indices.get(item.image) ?? 0);
    const bytes = this.task.bytes(loaded);
    if (bytes <= this.#bytesLeft) {
      this.#bytesLeft -= bytes;
      this.#kept.set(item.image, loaded);
    }
    return loaded;
  }
}
