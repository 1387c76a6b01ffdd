import { noGrad, scope, type Tensor } from '@pcrl/torch';
import type { ClassificationSettings } from '../../settings/index.js';
import type { ClassifyingNetwork } from '../classification-network.js';
import { rowsOf } from '../classifier.js';
import type { ImageInputs } from '../inputs.js';
import { pictureInputs } from '../pictures.js';
import type { LoadedCase } from '../task.js';
import { withSpacing } from '../volume.js';
import { centralBox } from '../volume-crop.js';
import { volumeInputs } from '../volume-inputs.js';
import {
  type Attention,
  attentionInPicture,
  attentionInVolume,
  type ClassMap,
} from './attention.js';
import { activationMaps } from './class-activation.js';
import { mapPicture } from './map-picture.js';
import type { Predicted, Predictor, PredictorRequest } from './predictor.js';

/** Full-size pictures are large while they are read. */
const PICTURES_AT_ONCE = 8;

/** A network that answers from one crop of an image, the central one as in testing. */
export interface WholeImageNetwork {
  readonly net: ClassifyingNetwork;
  readonly settings: Pick<ClassificationSettings, 'dimensions' | 'views'>;
  readonly quantity: Predictor['quantity'];
  /** What the output `[N, K]` stands for, `[N, K]`. */
  answer(output: Tensor): Tensor;
}

/** Answers of such a network, and maps of what speaks for them. */
export function wholeImagePredictor(
  request: PredictorRequest,
  network: WholeImageNetwork,
): Predictor {
  const { views, dimensions } = network.settings;
  const { device } = request.compute;
  return dimensions === 2
    ? predictorOf(request, network, {
        inputs: pictureInputs(views, device),
        atOnce: PICTURES_AT_ONCE,
        attention: (picture, maps) => attentionInPicture(picture, views, maps),
      })
    : predictorOf(request, network, {
        inputs: volumeInputs(views, device),
        atOnce: 1,
        attention: ({ volume }, maps) =>
          attentionInVolume(withSpacing(volume), centralBox(volume.size, views.size), maps),
      });
}

/** What differs between pictures and volumes. */
interface ImageKind<Item extends LoadedCase> {
  readonly inputs: ImageInputs<Item>;
  readonly atOnce: number;
  readonly attention: (item: Item, maps: readonly ClassMap[]) => readonly Attention[];
}

function predictorOf<Item extends LoadedCase>(
  { model: { classes }, compute }: PredictorRequest,
  { net, quantity, answer }: WholeImageNetwork,
  kind: ImageKind<Item>,
): Predictor<Item> {
  const { inputs, atOnce } = kind;
  const attention = (item: Item, { values }: Predicted) =>
    scope(() => {
      const maps = activationMaps(net, inputs.batch([item], null));
      const named = maps.map((map, at) => ({ ...map, name: classes[at]!, score: values[at]! }));
      return kind.attention(item, named);
    });
  return {
    quantity,
    classes,
    atOnce,
    read: (item) => inputs.read(item, 0),
    predict: (items) =>
      noGrad(() =>
        scope(() => {
          const output = compute.inPrecision(() => net.forward(inputs.batch(items, null)));
          return rowsOf(answer(output.to({ dtype: 'f32' }))).map((values) => ({ values }));
        }),
      ),
    attention,
    picture: (item, predicted) => mapPicture(attention(item, predicted)),
    dispose: () => net.dispose(),
  };
}
