import type { Tensor } from '@pcrl/torch';
import { WeightsError } from '../errors.js';

type Weights = ReadonlyMap<string, Tensor>;

const KINDS = { 2: 'images (2D)', 3: 'volumes (3D)' } as const;

/**
 * Tells weights for images from weights for volumes, of which no key fits the other.
 *
 * @throws {WeightsError} a file holds the one, and the encoder is for the other
 */
export function checkAxes(encoder: Weights, file: Weights, path: string): void {
  const [own, given] = [axesOf(encoder), axesOf(file)];
  if (own === undefined || given === undefined || own === given) return;
  throw new WeightsError(
    `${path} holds an encoder for ${KINDS[given]}, and this one is for ${KINDS[own]}`,
    `Take weights that were pre-trained on ${KINDS[own]}, or data that are ${KINDS[given]}.`,
  );
}

/** Axes of the convolutions; undefined where there are none. */
function axesOf(weights: Weights): 2 | 3 | undefined {
  const most = Math.max(0, ...[...weights.values()].map(({ shape }) => shape.length));
  if (most === 5) return 3;
  return most === 4 ? 2 : undefined;
}
