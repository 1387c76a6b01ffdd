import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadTensors, saveTensors, scope, type Tensor, writeFileDurably } from '@pcrl/torch';
import { sha256OfFile } from './file-hash.js';

/** What a checkpoint says about itself, in the JSON beside its tensors. */
export interface CheckpointFacts {
  /** Steps done. */
  readonly step: number;
  /** Epoch of the next step, counted from 0. */
  readonly epoch: number;
  /** SHA-256 of the tensors' file. */
  readonly sha256: string;
  /** Hash of all settings that the numbers depend on. */
  readonly settings: string;
  /** Version of pcrl that wrote it. */
  readonly version: string;
}

/** A checkpoint that cannot be used, and why. */
export interface DamagedCheckpoint {
  readonly path: string;
  readonly reason: string;
}

/**
 * The `checkpoints` folder of a run. A checkpoint is `step-N.safetensors` and then `step-N.json`, each
 * written beside its place, synced and renamed: where the JSON is, the tensors are whole.
 */
export class Checkpoints {
  /** @param keep how many to keep, the latest ones */
  constructor(
    readonly folder: string,
    readonly keep: number,
  ) {}

  /**
   * Writes a checkpoint, then removes those that are no longer kept.
   *
   * @throws the system's error when the disk refuses; earlier checkpoints are untouched
   */
  save(tensors: ReadonlyMap<string, Tensor>, facts: Omit<CheckpointFacts, 'sha256'>): void {
    mkdirSync(this.folder, { recursive: true });
    const path = this.#tensorsOf(facts.step);
    saveTensors(path, tensors);
    const described: CheckpointFacts = { ...facts, sha256: sha256OfFile(path) };
    const json = Buffer.from(`${JSON.stringify(described, null, 2)}\n`);
    writeFileDurably(this.#factsOf(facts.step), [json]);
    for (const step of this.steps().slice(0, -this.keep)) this.#remove(step);
  }

  /** Steps of the checkpoints that are there, earliest first. */
  steps(): readonly number[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** The latest checkpoint that is whole, and the later ones that are not. */
  latest(): { readonly facts: CheckpointFacts | undefined; readonly damaged: DamagedCheckpoint[] } {
    const damaged: DamagedCheckpoint[] = [];
    for (const step of [...this.steps()].reverse()) {
      const found = this.#check(step);
      if ('step' in found) return { facts: found, damaged };
      damaged.push(found);
    }
    return { facts: undefined, damaged };
  }

  /**
   * Hands the tensors of a checkpoint to `use` and frees them afterwards.
   *
   * @throws {SafetensorsError} the file is damaged
   */
  load({ step }: CheckpointFacts, use: (tensors: ReadonlyMap<string, Tensor>) => void): void {
    scope(() => use(loadTensors(this.#tensorsOf(step)).tensors));
  }

  /** Removes half-written files, tensors without their JSON, and everything after `step`. */
  tidy(step: number): void {
    for (const later of this.steps().filter((other) => other > step)) this.#remove(later);
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder)) {
      const orphan = /^step-(\d+)\.safetensors$/.exec(name)?.[1];
      const isLost = orphan !== undefined && !existsSync(this.#factsOf(Number(orphan)));
      if (isLost || name.endsWith('.partial')) rmSync(join(this.folder, name), { force: true });
    }
  }

  #check(step: number): CheckpointFacts | DamagedCheckpoint {
    const path = this.#tensorsOf(step);
    const facts = factsIn(this.#factsOf(step));
    if (facts?.step !== step) {
      return { path: this.#factsOf(step), reason: 'it is not the JSON of this checkpoint' };
    }
    if (!existsSync(path) || !statSync(path).isFile()) return { path, reason: 'it is missing' };
    if (sha256OfFile(path) !== facts.sha256) {
      return { path, reason: 'its bytes are not those that were written (SHA-256)' };
    }
    return facts;
  }

  /** The JSON goes first: without it the tensors are no checkpoint. */
  #remove(step: number): void {
    rmSync(this.#factsOf(step), { force: true });
    rmSync(this.#tensorsOf(step), { force: true });
  }

  #tensorsOf(step: number): string {
    return join(this.folder, `${nameOf(step)}.safetensors`);
  }

  #factsOf(step: number): string {
    return join(this.folder, `${nameOf(step)}.json`);
  }
}

/** Names that sort as their steps do. */
function nameOf(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

function factsIn(path: string): CheckpointFacts | undefined {
  try {
    const facts = JSON.parse(readFileSync(path, 'utf8')) as Partial<CheckpointFacts> | null;
    const isWhole = typeof facts?.step === 'number' && typeof facts.sha256 === 'string';
    return isWhole ? (facts as CheckpointFacts) : undefined;
  } catch {
    return undefined;
  }
}
