import { liveTensors, scope, type Tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import {
  prepareSample,
  redrawView,
  renderViews,
  type ViewBatch,
  type ViewImage,
  type ViewSettings,
} from '../../src/views/index.js';
import { address, settings2D, settings3D, smoothImage } from './samples.js';

const ct = smoothImage([70, 66, 41], 'HU');
const xray = smoothImage([90, 77]);
const small3D = { size: [24, 24, 20], localSize: [9, 8, 8], tissueRule: 'off' };
const small2D = { size: [50, 45], localSize: [21, 20] };

const cases: readonly [string, ViewImage, ViewSettings][] = [
  ['3D', ct, settings3D(small3D)],
  ['3D, released code', ct, settings3D(small3D, 'official')],
  ['3D, paper', ct, settings3D(small3D, 'paper')],
  ['2D', xray, settings2D(small2D)],
  ['2D, sub-crop and paper', xray, settings2D({ ...small2D, localPlacement: 'sub-crop' }, 'paper')],
];

function render(image: ViewImage, settings: ViewSettings, samples: readonly number[]): ViewBatch {
  return renderViews(
    samples.map((sample) => prepareSample(image, address(sample), settings)),
    settings,
  );
}

/** All views of one sample of a batch, as numbers. */
function viewsOfSample({ globals, targets, locals }: ViewBatch, n: number): number[][] {
  const count = globals[0].shape[0]!;
  const item = (batch: Tensor, index: number) => batch.select(0, index).toArray();
  const localViews = Array.from({ length: locals.shape[0]! / count }, (_, view) =>
    item(locals, view * count + n),
  );
  return [...globals.map((g) => item(g, n)), ...targets.map((t) => item(t, n)), ...localViews];
}

describe.each(cases)('views in %s', (_, image, settings) => {
  const channels = settings.size.length === 2 ? 3 : 1;
  const tensorSize = (size: readonly number[]) => (size.length === 2 ? size.toReversed() : size);

  it('have their shapes and free all else', () => {
    const before = liveTensors();
    scope(() => {
      const { globals, targets, locals } = render(image, settings, [0, 1, 2]);
      for (const batch of [...globals, ...targets]) {
        expect(batch.shape).toEqual([3, channels, ...tensorSize(settings.size)]);
      }
      expect(locals.shape).toEqual([18, channels, ...tensorSize(settings.localSize)]);
      expect(liveTensors().tensors).toBe(before.tensors + 5);
      expect(locals.isFinite().to({ dtype: 'i64' }).sum().item()).toBe(locals.size);
    });
    expect(liveTensors()).toEqual(before);
  });

  it('are the same bits in any batch, and drawn again alone', () => {
    const [alone, first, last] = scope(() => [
      viewsOfSample(render(image, settings, [5]), 0),
      viewsOfSample(render(image, settings, [5, 1, 2]), 0),
      viewsOfSample(render(image, settings, [7, 8, 9, 3, 5]), 4),
    ]);
    expect(first).toEqual(alone);
    expect(last).toEqual(alone);
    for (const view of [0, 1, 4, 7]) {
      const [input, target] = scope(() => {
        const drawn = redrawView({ image, settings, view, ...address(5) });
        return [drawn.input.toArray(), drawn.target?.toArray()];
      });
      expect(input).toEqual(alone![view < 2 ? view : view + 2]);
      expect(target).toEqual(view < 2 ? alone![view + 2] : undefined);
    }
  });

  it('differ from sample to sample and epoch to epoch', () => {
    const inputs = [address(0), address(1), address(0, 1), address(0, 0, 2)].map((at) =>
      scope(() =>
        redrawView({ image, settings, view: 0, ...at })
          .input.toArray()
          .join(),
      ),
    );
    expect(new Set(inputs).size).toBe(4);
  });
});

it('normalises 3D inputs and leaves targets in [0, 1]; the paper normalises neither', () => {
  const meanAndRange = (settings: ViewSettings) =>
    scope(() => {
      const { globals, targets, locals } = render(ct, settings, [0, 1]);
      const means = [globals[1], locals].map((batch) => Math.abs(batch.mean().item()));
      return { means, low: targets[0].min().item(), high: targets[0].max().item() };
    });
  const official = meanAndRange(settings3D(small3D));
  expect(Math.max(...official.means)).toBeLessThan(1e-5);
  expect(official.low).toBeGreaterThanOrEqual(0);
  expect(official.high).toBeLessThanOrEqual(1);
  expect(Math.min(...meanAndRange(settings3D(small3D, 'paper')).means)).toBeGreaterThan(0.1);
});

it('cuts stored crops the same in every epoch, with fresh augmentation', () => {
  const settings = settings3D({ ...small3D, storedCrops: true });
  const [first, later] = [0, 3].map((epoch) => prepareSample(ct, address(2, epoch), settings).plan);
  const boxes = (plan: typeof first) => plan!.globals.map(({ geometry }) => geometry.box);
  expect(boxes(later)).toEqual(boxes(first));
  expect(later!.globals[0]!.appearance).not.toEqual(first!.globals[0]!.appearance);
});

it('pads a volume that is smaller than its crops with its lowest value, and says so', () => {
  const tiny = smoothImage([20, 18, 9]);
  const settings = settings3D({ ...small3D, affine: { scales: 0, degrees: 0 }, flip: 0 });
  const sample = prepareSample(tiny, address(0), settings);
  expect(sample.plan.padded).toBe(true);
  const fits = settings3D({ ...small3D, cropSizes: [[30, 30, 20]] });
  expect(prepareSample(ct, address(0), fits).plan.padded).toBe(false);
  const lowest = Math.min(...tiny.voxels);
  const [target, low] = scope(() => {
    const { targets } = renderViews([sample], settings);
    return [targets[0].toArray(), targets[0].min().item()];
  });
  expect(low).toBeCloseTo(lowest, 6);
  expect(target.filter((value) => value === low).length).toBeGreaterThan(target.length / 10);
});

it('needs no local views', () => {
  scope(() => {
    const { locals } = render(ct, settings3D({ ...small3D, localViews: 0 }), [0]);
    expect(locals.shape).toEqual([0, 1, 9, 8, 8]);
  });
});
