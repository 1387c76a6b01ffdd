import { noGrad, scope, type Tensor } from '@pcrl/torch';
import type { Raster } from '../../pictures/index.js';
import type { ClassificationSettings } from '../../settings/index.js';
import type { ClassifyingNetwork } from '../classification-network.js';
import type { ImageInputs } from '../inputs.js';
import { pictureInputs } from '../pictures.js';
import type { LoadedCase } from '../task.js';
import { withSpacing } from '../volume.js';
import { centralBox } from '../volume-crop.js';
import { volumeInputs } from '../volume-inputs.js';
import { activationMaps } from './class-activation.js';
import { type ClassMap, mapsOverPicture, mapsOverVolume } from './map-picture.js';
import type { Predictor, PredictorRequest } from './predictor.js';
import { restoredClassifier } from './restored-classifier.js';

/** Full-size pictures are large while they are read. */
const PICTURES_AT_ONCE = 8;

/** Scores of images as in testing: of the central crop, one sigmoid a class. */
export function classificationPredictor(request: PredictorRequest): Predictor {
  // The registry asks for settings of this task alone.
  const settings = request.model.settings as ClassificationSettings;
  const { views, dimensions } = settings;
  const net = restoredClassifier(request, settings);
  const { device } = request.compute;
  return dimensions === 2
    ? predictorOf(request, net, {
        inputs: pictureInputs(views, device),
        atOnce: PICTURES_AT_ONCE,
        drawn: (picture, maps) => mapsOverPicture(picture, views, maps),
      })
    : predictorOf(request, net, {
        inputs: volumeInputs(views, device),
        atOnce: 1,
        drawn: ({ volume }, maps) =>
          mapsOverVolume(withSpacing(volume), centralBox(volume.size, views.size), maps),
      });
}

/** What differs between pictures and volumes. */
interface ImageKind<Item extends LoadedCase> {
  readonly inputs: ImageInputs<Item>;
  readonly atOnce: number;
  readonly drawn: (item: Item, maps: readonly ClassMap[]) => Raster;
}

function predictorOf<Item extends LoadedCase>(
  { model, compute }: PredictorRequest,
  net: ClassifyingNetwork,
  { inputs, atOnce, drawn }: ImageKind<Item>,
): Predictor<Item> {
  const { classes } = model;
  const logitsOf = (input: Tensor) => compute.inPrecision(() => net.forward(input));
  return {
    quantity: 'score',
    classes,
    atOnce,
    read: (item) => inputs.read(item, 0),
    predict: (items) =>
      noGrad(() =>
        scope(() => {
          const logits = logitsOf(inputs.batch(items, null)).to({ dtype: 'f32' });
          const scores = logits.sigmoid().toArray();
          const count = classes.length;
          return items.map((_, n) => ({ values: [...scores.slice(n * count, (n + 1) * count)] }));
        }),
      ),
    picture: (item, { values }) =>
      scope(() => {
        const maps = activationMaps(net, inputs.batch([item], null));
        return drawn(
          item,
          maps.map((map, at) => ({ ...map, name: classes[at]!, score: values[at]! })),
        );
      }),
    dispose: () => net.dispose(),
  };
}
