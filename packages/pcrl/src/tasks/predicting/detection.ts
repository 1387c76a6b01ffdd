import { noGrad, scope } from '@pcrl/torch';
import { patientOf } from '../../datasets/index.js';
import { ImageError } from '../../errors.js';
import type { DetectionSettings } from '../../settings/index.js';
import { intersection, shifted } from '../../views/drawing/box.js';
import { wholeBox } from '../../views/drawing/voxel-grid.js';
import type { ClassifyingNetwork } from '../classification-network.js';
import { candidatesOf } from '../detection/candidates.js';
import { boxAround, type LoadedScan, scanInputs } from '../detection/crops.js';
import { FINDING } from '../detection/detection.js';
import { groupsOf } from '../evaluate.js';
import { type Attention, attentionInVolume } from './attention.js';
import { activationMaps } from './class-activation.js';
import { mapPicture } from './map-picture.js';
import type { FoundPlace, Predicted, Predictor, PredictorRequest } from './predictor.js';
import { restoredClassifier } from './restored-classifier.js';

/** A score for each candidate of a scan; the scan's own is that of the likeliest. */
export function detectionPredictor(request: PredictorRequest): Predictor<LoadedScan> {
  const { model, compute } = request;
  // The registry asks for settings of this task alone.
  const settings = model.settings as DetectionSettings;
  const { views, batch } = settings;
  const net = restoredClassifier(request, settings);
  const inputs = scanInputs(views, compute.device);
  const attention = (scan: LoadedScan, { candidates }: Predicted) =>
    likeliestPlace(scan, candidates?.places ?? [], { net, inputs, views });
  return {
    quantity: 'score',
    classes: model.classes,
    atOnce: 1,
    read: async (item) => {
      if ((item.candidates ?? []).length > 0) return inputs.read(item, 0);
      throw new ImageError(item.image, 'no table names candidates in it');
    },
    predict: (scans) =>
      noGrad(() =>
        scans.map((scan) => {
          const places: FoundPlace[] = [];
          for (const group of groupsOf(candidatesOf([scan.item]), batch)) {
            const items = group.map((item) => ({ ...scan, item }));
            const scores = scope(() =>
              compute
                .inPrecision(() => net.forward(inputs.batch(items, null)))
                .to({ dtype: 'f32' })
                .sigmoid()
                .toArray(),
            );
            group.forEach(({ candidates }, at) => {
              places.push({ position: candidates![0]!.position, score: scores[at]! });
            });
          }
          const series = patientOf(scan.item);
          const values = [places.reduce((most, { score }) => Math.max(most, score), 0)];
          return { values, candidates: { series, places } };
        }),
      ),
    attention,
    picture: (scan, predicted) => mapPicture(attention(scan, predicted)),
    dispose: () => net.dispose(),
  };
}

/** What speaks for a finding in the crop around the likeliest candidate. */
function likeliestPlace(
  loaded: LoadedScan,
  places: readonly FoundPlace[],
  {
    net,
    inputs,
    views,
  }: {
    readonly net: ClassifyingNetwork;
    readonly inputs: ReturnType<typeof scanInputs>;
    readonly views: DetectionSettings['views'];
  },
): readonly Attention[] {
  const best = places.reduce((most, place) => (place.score > most.score ? place : most));
  const candidates = [{ position: best.position, label: 1 as const }];
  const item = { ...loaded.item, candidates };
  const [map] = scope(() => activationMaps(net, inputs.batch([{ ...loaded, item }], null)));
  const { scan } = loaded;
  const box = boxAround(scan, best.position, views.size);
  const inside = intersection(box, wholeBox(scan));
  const spacing = scan.size.map(
    (side, axis) => (scan.place.size[axis]! * scan.place.spacing[axis]!) / side,
  );
  const grid = { size: inside.size, spacing, voxels: scan.cut(inside) };
  const seen = shifted(
    box,
    inside.start.map((start) => -start),
  );
  return attentionInVolume(grid, seen, [{ ...map!, name: FINDING, score: best.score }]);
}
