import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { loadTensors, noGrad, readSafetensors, scope, type Tensor } from '@pcrl/torch';
import { RunError, WeightsError } from '../errors.js';
import type { Encoder } from '../networks/index.js';
import { sha256OfFile } from '../training/file-hash.js';
import { runFolder } from '../training/run-folder.js';
import { checkAxes } from '../training/weights-axes.js';

/** Where an encoder's weights come from. */
export type WeightsSource =
  | { readonly kind: 'scratch' }
  | {
      readonly kind: 'run' | 'file';
      /** What people call it: the run's or the file's name. */
      readonly name: string;
      /** The safetensors file. */
      readonly path: string;
      readonly sha256: string;
    };

/** The first weights of the 3D encoder. */
export const FIRST_CONVOLUTION = 'down_tr64.ops.0.conv1.weight';

/** Mismatches shown before they are only counted. */
const SHOWN = 20;

/**
 * Finds the weights that `from` names: `scratch`, a pre-training run, or a safetensors file.
 *
 * @throws {RunError} the folder holds no finished pre-training run
 * @throws {WeightsError} there is no such file, or it is of another kind
 */
export function findWeights(from: string): WeightsSource {
  if (from === 'scratch') return { kind: 'scratch' };
  const found = statSync(from, { throwIfNoEntry: false });
  if (!found) {
    throw new WeightsError(
      `${from} does not exist`,
      'Give a pre-training run, a .safetensors file, or scratch.',
    );
  }
  const isRun = found.isDirectory();
  const path = isRun ? runFolder(from).encoder : from;
  if (isRun && !existsSync(path)) throw noEncoder(from);
  if (!isRun && !from.endsWith('.safetensors')) {
    throw new WeightsError(
      `${from} is no .safetensors file`,
      'Convert PyTorch weights with safetensors.torch.save_file first.',
    );
  }
  const name = isRun ? basename(resolve(from)) : nameOfFile(resolve(from));
  return { kind: isRun ? 'run' : 'file', name, path: resolve(path), sha256: sha256OfFile(path) };
}

/** The file's own name; where it is what every run calls it, that of the run. */
function nameOfFile(path: string): string {
  const folder = dirname(path);
  return runFolder(folder).encoder === path ? basename(folder) : basename(path, '.safetensors');
}

function noEncoder(run: string): RunError {
  const isRun = existsSync(join(run, 'config.json'));
  return isRun
    ? new RunError(
        `${run} has no encoder.safetensors: its pre-training is not finished`,
        `Finish it with pcrl pretrain --out ${run} --resume.`,
      )
    : new RunError(`${run} holds no run`, 'Name a folder that pcrl pretrain made.');
}

/** Channels of the first 3D convolution in a file; undefined where there is none. */
export function widthOf(source: WeightsSource): number | undefined {
  if (source.kind === 'scratch') return undefined;
  const { tensors } = readSafetensors(source.path);
  return encoderKeys(tensors).get(FIRST_CONVOLUTION)?.shape[0];
}

/**
 * Copies a file's encoder weights into an encoder.
 *
 * Group normalisation takes scale and shift of batch normalisation and drops its running statistics. A
 * first convolution with another number of input channels is summed over its own and shared out evenly,
 * so that channels that are all alike give the same response.
 *
 * @param left beginnings of names that are left as they are
 * @throws {WeightsError} that shows the keys and shapes that do not fit, side by side; nothing is copied
 */
export function loadEncoder(
  encoder: Encoder,
  source: WeightsSource,
  left: readonly string[] = [],
): void {
  if (source.kind === 'scratch') return;
  scope(() => {
    const given = without(encoderKeys(loadTensors(source.path).tensors), left);
    const own = without(encoder.stateDict(), left);
    checkAxes(own, given, source.path);
    const [firstKey] = own.keys();
    const first = firstKey === undefined ? undefined : given.get(firstKey);
    if (firstKey !== undefined && first) {
      given.set(firstKey, withInputChannels(first, own.get(firstKey)!.dimension(1)));
    }
    checkFit(own, given, source.path);
    noGrad(() => {
      for (const [name, tensor] of own) {
        const value = given.get(name);
        if (value) tensor.copy_(value);
      }
    });
  });
}

/** The encoder's part of a state dictionary or of a run's checkpoint, under the encoder's own names. */
function encoderKeys<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  const weights = [...tensors].filter(([key]) => !key.startsWith('optimiser.'));
  const plain = weights.map(([key, value]) => [key.replace(/^module\./, ''), value] as const);
  const wanted = plain.flatMap(([key, value]): [string, T][] => {
    const volume = key.indexOf('down_tr');
    if (volume >= 0) return [[key.slice(volume), value]];
    const inWhole = /(?:^|\.)encoder\.(.+)$/.exec(key)?.[1];
    if (inWhole !== undefined) return [[inWhole, value]];
    return [];
  });
  // Without such a prefix the file holds an encoder alone, perhaps with a classifier's last layer.
  const found = wanted.length > 0 ? wanted : plain.filter(([key]) => !key.startsWith('fc.'));
  return new Map(found);
}

function without(
  tensors: ReadonlyMap<string, Tensor>,
  left: readonly string[],
): Map<string, Tensor> {
  return new Map([...tensors].filter(([key]) => !left.some((begin) => key.startsWith(begin))));
}

function withInputChannels(weight: Tensor, channels: number): Tensor {
  if (weight.shape.length < 3 || weight.dimension(1) === channels) return weight;
  const shape = weight.shape.map((side, axis) => (axis === 1 ? channels : side));
  return weight.sum(1, true).div(channels).expand(shape);
}

function checkFit(
  own: ReadonlyMap<string, Tensor>,
  given: ReadonlyMap<string, Tensor>,
  path: string,
): void {
  const ownKeys = [...own.keys()].filter((key) => !key.endsWith('num_batches_tracked'));
  const extra = [...given.keys()].filter((key) => !own.has(key) && !isStatistic(key));
  const rowsOf = (keys: readonly string[]) =>
    keys
      .map((key) => [key, shapeOf(own.get(key)), shapeOf(given.get(key))] as const)
      .filter(([, network, file]) => network !== file);
  const [misfits, unknown] = [rowsOf(ownKeys), rowsOf(extra)];
  const count = misfits.length + unknown.length;
  if (count === 0) return;
  // Both kinds are shown, for a key of the one may be a key of the other under another name.
  const ofFile = unknown.slice(0, Math.max(SHOWN / 2, SHOWN - misfits.length));
  const shown = [...misfits.slice(0, SHOWN - ofFile.length), ...ofFile];
  const width = Math.max(...shown.map(([key]) => key.length));
  const middle = Math.max(...shown.map(([, network]) => network.length));
  const lines = shown.map(
    ([key, network, file]) =>
      `    ${key.padEnd(width)}  network ${network.padEnd(middle)}  file ${file}`,
  );
  if (count > SHOWN) lines.push(`    and ${count - SHOWN} more`);
  throw new WeightsError(
    `${path} does not fit the network:\n${lines.join('\n')}`,
    'Take weights of the same network (2D: ResNet-18, 3D: the PCRLv2 encoder) and width.',
  );
}

function shapeOf(tensor: Tensor | undefined): string {
  return tensor ? `[${tensor.shape.join(', ')}]` : 'no such key';
}

function isStatistic(key: string): boolean {
  return /\.(running_mean|running_var|num_batches_tracked)$/.test(key);
}
