import { DatasetError } from '../errors.js';
import type { Problem } from './dataset.js';

const SHOWN = 10;

/** Problems found while a dataset is opened, gathered by reason so that all are told at once. */
export class Findings {
  readonly #items = new Map<string, string[]>();

  /** @param item the file, row, patient or class that has the problem */
  add(reason: string, item: string): void {
    const items = this.#items.get(reason);
    if (items) items.push(item);
    else this.#items.set(reason, [item]);
  }

  /** Each item with its reason. */
  get problems(): Problem[] {
    return [...this.#items].flatMap(([reason, items]) => items.map((path) => ({ path, reason })));
  }

  /** @throws DatasetError that lists every reason with its first ten items and their count. */
  throwIfAny(source: string): void {
    if (this.#items.size === 0) return;
    const lines = [...this.#items].map(([reason, items]) => `\n  - ${reason}: ${listed(items)}`);
    throw new DatasetError(
      `${source} cannot be used:${lines.join('')}`,
      'Correct these and start again; nothing has been trained.',
    );
  }
}

/** The first ten of a list and how many more there are. */
export function listed(items: readonly string[]): string {
  const more = items.length - SHOWN;
  const shown = items.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more.toLocaleString('en')} more` : shown;
}
