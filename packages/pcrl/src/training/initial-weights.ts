import { loadTensors, noGrad, scope, type Tensor } from '@pcrl/torch';
import { WeightsError } from '../errors.js';
import { checkAxes } from './weights-axes.js';

/**
 * Gives an encoder its start weights, as the setting `network.encoderInit` says.
 *
 * @param wanted `random` leaves the weights as they are; else the path of a safetensors file
 * @throws {WeightsError} the file's keys or shapes do not fit; all of them are listed
 */
export function initialiseEncoder(encoder: ReadonlyMap<string, Tensor>, wanted: string): void {
  if (wanted === 'random') return;
  if (wanted === 'imagenet') {
    throw new WeightsError(
      'network.encoderInit: the weights of `imagenet` are not part of pcrl',
      'Give the path of a ResNet-18 in safetensors with torchvision’s names, or say network.encoderInit=random.',
    );
  }
  scope(() => noGrad(() => copyInto(encoder, loadTensors(wanted).tensors, wanted)));
}

/** Tensors that the encoder does not have, such as a classifier, are passed over. */
function copyInto(
  encoder: ReadonlyMap<string, Tensor>,
  file: ReadonlyMap<string, Tensor>,
  path: string,
): void {
  checkAxes(encoder, file, path);
  const needed = [...encoder].filter(([name]) => !name.endsWith('num_batches_tracked'));
  const wrong = needed.flatMap(([name, tensor]) => {
    const [own, given] = [shapeOf(tensor), shapeOf(file.get(name))];
    return own === given ? [] : [`    ${name}: encoder ${own}, file ${given}`];
  });
  if (wrong.length > 0) {
    throw new WeightsError(
      `${path} does not fit the encoder:\n${wrong.slice(0, 20).join('\n')}`,
      'Check that the weights are of the same network and dimensions.',
    );
  }
  for (const [name, tensor] of needed) tensor.copy_(file.get(name)!);
}

function shapeOf(tensor: Tensor | undefined): string {
  return tensor ? `[${tensor.shape.join(', ')}]` : 'has no such key';
}
