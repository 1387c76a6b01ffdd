import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { quoteField } from '../../datasets/csv.js';
import type { Problem } from '../../datasets/index.js';
import { RunError } from '../../errors.js';
import { writeNifti, writePng } from '../../images/index.js';
import { makeOutputFolder } from '../../output-folder.js';
import { encodePng, type Raster } from '../../pictures/index.js';
import { sha256OfFile } from '../../training/file-hash.js';
import { writeJson } from '../../training/run-folder.js';
import { inTheTables } from '../detection/detection.js';
import type { FinetunedModel } from './model.js';
import type { Predicted, Predictor, ScoredCandidates } from './predictor.js';

/** The answer for an image, as `predictions.json` has it. */
interface Entry {
  readonly image: string;
  readonly scores?: Readonly<Record<string, number>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly millilitres?: Readonly<Record<string, number>>;
  readonly pixels?: Readonly<Record<string, number>>;
  /** Below the folder. */
  readonly mask?: string;
  readonly map?: string;
}

/** What the values of an image are called. */
const NAMES = {
  score: 'scores',
  value: 'values',
  ml: 'millilitres',
  pixels: 'pixels',
} as const;

/**
 * The folder that predictions go to: `predictions.csv`, a row as soon as an image is done; `masks/` and
 * `maps/`; and at the end `predictions.json`, with the images that could not be used.
 */
export class PredictionsFolder {
  readonly #csv: string;
  readonly #candidates: string;
  readonly #entries: Entry[] = [];

  /** @throws {RunError} it cannot be made, or holds something already */
  constructor(
    readonly path: string,
    readonly predictor: Pick<Predictor, 'quantity' | 'classes'>,
  ) {
    claim(path);
    this.#csv = join(path, 'predictions.csv');
    this.#candidates = join(path, 'candidates.csv');
    const values = predictor.classes.map((name) => `${predictor.quantity}_${name}`);
    this.#row(['image', ...values, 'mask', 'map']);
  }

  get count(): number {
    return this.#entries.length;
  }

  /** @param name of the files made of the image, without an ending */
  async add(image: string, name: string, predicted: Predicted, map?: Raster): Promise<void> {
    const { values, mask, labels, candidates } = predicted;
    const places = {
      ...(mask ? { mask: join('masks', `${name}.nii.gz`) } : {}),
      ...(labels ? { mask: join('masks', `${name}.png`) } : {}),
      ...(map ? { map: join('maps', `${name}.png`) } : {}),
    };
    if (mask && places.mask) await writeNifti(this.#made(places.mask), mask);
    if (labels && places.mask) {
      await writePng(this.#made(places.mask), { ...labels, pixels: labels.labels });
    }
    if (map && places.map) await writeFile(this.#made(places.map), await encodePng(map));
    const { quantity, classes } = this.predictor;
    const named = Object.fromEntries(classes.map((each, at) => [each, values[at]!]));
    this.#entries.push({ image, [NAMES[quantity]]: named, ...places });
    this.#row([image, ...values.map(String), places.mask ?? '', places.map ?? '']);
    if (candidates) this.#addCandidates(candidates);
  }

  /** In the columns of a submission to LUNA16. */
  #addCandidates({ series, places }: ScoredCandidates): void {
    const header = 'seriesuid,coordX,coordY,coordZ,probability\n';
    if (!existsSync(this.#candidates)) appendFileSync(this.#candidates, header);
    const lines = places.map(({ position, score }) =>
      [series, ...inTheTables(position), score].map((field) => quoteField(String(field))).join(','),
    );
    appendFileSync(this.#candidates, `${lines.join('\n')}\n`);
  }

  close(model: FinetunedModel, failed: readonly Problem[], complete: boolean): void {
    const { run, seed, settings, classes, weights } = model;
    writeJson(join(this.path, 'predictions.json'), {
      model: {
        run: resolve(run),
        seed,
        task: settings.task,
        classes,
        weights: sha256OfFile(weights),
      },
      complete,
      predictions: this.#entries,
      failed: failed.map(({ path, reason }) => ({ image: path, reason })),
    });
  }

  #made(name: string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  #row(fields: readonly string[]): void {
    appendFileSync(this.#csv, `${fields.map(quoteField).join(',')}\n`);
  }
}

function claim(path: string): void {
  makeOutputFolder(path);
  if (readdirSync(path).length === 0) return;
  throw new RunError(`${path} is not empty`, 'Choose another --out: nothing is overwritten.');
}
