import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/pictures/font.js';
import {
  blankRaster,
  bodyWindow,
  composeGrid,
  drawBoxes,
  encodePng,
  greyRaster,
  imagePlane,
  outcomeColours,
  overlayLabels,
  overlayOutcome,
  type Raster,
  resizeLabels,
  resizePlane,
  sliceLabels,
  slicePlane,
  trueSize,
} from '../../src/pictures/index.js';
import { noPython, python } from '../python.js';

const size = [2, 3, 4];
/** Voxel (x, y, z) holds 100 x + 10 y + z. */
const voxels = Float32Array.from({ length: 24 }, (_, i) => {
  return 100 * Math.floor(i / 12) + 10 * (Math.floor(i / 4) % 3) + (i % 4);
});
const volume = { size, spacing: [1, 2, 3], voxels };

function pixel({ width, pixels }: Raster, x: number, y: number): number[] {
  return [...pixels.slice((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

describe('slices', () => {
  it('lie as radiologists look at them', () => {
    const axial = slicePlane(volume, 'axial', 1);
    expect([...axial.values]).toEqual([121, 21, 111, 11, 101, 1]);
    expect(axial.spacing).toEqual([1, 2]);
    const coronal = slicePlane(volume, 'coronal', 2);
    expect([...coronal.values]).toEqual([123, 23, 122, 22, 121, 21, 120, 20]);
    const sagittal = slicePlane(volume, 'sagittal', 0);
    expect([...sagittal.values]).toEqual([23, 13, 3, 22, 12, 2, 21, 11, 1, 20, 10, 0]);
    expect(sagittal.spacing).toEqual([2, 3]);
  });

  it('keep the proportions of the body', () => {
    expect(trueSize(slicePlane(volume, 'coronal'), 100)).toEqual({ width: 100, height: 600 });
  });

  it('carry masks along', () => {
    const mask = { ...volume, voxels: Uint8Array.from(voxels) };
    expect([...sliceLabels(mask, 'axial', 1).labels]).toEqual([121, 21, 111, 11, 101, 1]);
  });
});

describe('resizing', () => {
  it.skipIf(noPython)('is linear interpolation between pixel centres, as in scipy', () => {
    const plane = imagePlane({ size: [5, 4], spacing: [1, 1], voxels: voxels.slice(0, 20) });
    const resized = resizePlane(plane, 12, 10);
    const reference = python<number[]>(
      [...plane.values],
      `from scipy.ndimage import map_coordinates
y = (np.arange(10) + 0.5) * 4 / 10 - 0.5
x = (np.arange(12) + 0.5) * 5 / 12 - 0.5
grid = np.meshgrid(y, x, indexing='ij')
answer = map_coordinates(np.array(given, float).reshape(4, 5), grid, order=1, mode='nearest').ravel().tolist()`,
    );
    resized.values.forEach((value, i) => {
      expect(value).toBeCloseTo(reference[i]!, 4);
    });
  });

  it('never mixes labels', () => {
    const plane = { width: 2, height: 1, labels: Uint8Array.of(1, 5) };
    expect([...resizeLabels(plane, 6, 1).labels]).toEqual([1, 1, 1, 5, 5, 5]);
  });
});

describe('overlays', () => {
  const grey = blankRaster(4, 1, [100, 100, 100]);
  const labelled = (...labels: number[]) => ({
    width: 4,
    height: 1,
    labels: Uint8Array.of(...labels),
  });

  it('tint labels and leave the rest alone', () => {
    const tinted = overlayLabels(grey, labelled(0, 1, 1, 2));
    expect(pixel(tinted, 0, 0)).toEqual([100, 100, 100]);
    expect(pixel(tinted, 1, 0)).not.toEqual(pixel(tinted, 3, 0));
    expect(pixel(grey, 1, 0)).toEqual([100, 100, 100]);
  });

  it('tell found, wrongly marked and missed apart', () => {
    const outcome = overlayOutcome(grey, labelled(3, 3, 0, 2), labelled(3, 0, 3, 1));
    const near = (x: number, colour: readonly number[]) => {
      pixel(outcome, x, 0).forEach((value, channel) => {
        expect(Math.abs(value - colour[channel]!)).toBeLessThan(10);
      });
    };
    near(0, outcomeColours.truePositive);
    near(1, outcomeColours.falsePositive);
    near(2, outcomeColours.falseNegative);
    near(3, outcomeColours.falsePositive);
  });

  it('refuse a mask of another size', () => {
    expect(() => overlayLabels(grey, { width: 1, height: 1, labels: Uint8Array.of(1) })).toThrow(
      /1 x 1 over a picture of 4 x 1/,
    );
  });
});

describe('pictures', () => {
  it('frame a box and clip what lies outside', () => {
    const drawn = drawBoxes(blankRaster(10, 24, [0, 0, 0]), [
      { x: 2, y: 2, width: 6, height: 6, colour: [255, 0, 0] },
      { x: -5, y: -5, width: 7, height: 30, colour: [0, 255, 0], name: 'global 1' },
    ]);
    expect(pixel(drawn, 7, 7)).toEqual([255, 0, 0]);
    expect(pixel(drawn, 5, 20)).toEqual([0, 0, 0]);
    expect(pixel(drawn, 1, 23)).toEqual([0, 255, 0]);
  });

  it('frame a box that lies before or behind them in dashes', () => {
    const frame = { x: 2, y: 2, width: 20, height: 20, colour: [255, 0, 0] } as const;
    const [whole, dashed] = [false, true].map((is) => {
      const drawn = drawBoxes(blankRaster(24, 24, [0, 0, 0]), [{ ...frame, dashed: is }]);
      return Array.from({ length: 20 }, (_, i) => pixel(drawn, 2 + i, 2)[0] === 255);
    });
    expect(whole!.every(Boolean)).toBe(true);
    expect(dashed!.map(Number).join('')).toBe('11110000111100001111');
  });

  it('write text without any font of the system', () => {
    expect(textWidth('', 2)).toBe(0);
    expect(textWidth('Il', 2)).toBeLessThan(textWidth('MW', 2));
    const page = composeGrid({
      rows: [[{ raster: blankRaster(120, 20, [0, 0, 0]), caption: 'scale 3, 64 × 64 – µ' }]],
      columnTitles: ['original'],
      rowTitles: ['Patient 7'],
    });
    const bright = page.pixels.filter((value) => value > 150).length;
    expect(bright).toBeGreaterThan(500);
  });

  it('become PNG files that hold the same pixels', async () => {
    const raster = greyRaster(slicePlane(volume, 'axial', 1));
    const { data, info } = await sharp(await encodePng(raster))
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([2, 3, 3]);
    expect([...data]).toEqual([...raster.pixels]);
  });
});

describe('bodyWindow', () => {
  const side = 60;
  const head = (brain: number, scalp: number) => {
    const values = Float32Array.from({ length: side * side }, (_, i) => {
      const radius = Math.hypot((i % side) - 30, Math.floor(i / side) - 30);
      return radius < 20 ? brain : radius < 25 ? scalp : 0;
    });
    return { width: side, height: side, values, spacing: [1, 1] } as const;
  };

  it('shows a brain bright beside a scalp that is brighter, and never above its own range', () => {
    expect(bodyWindow(head(100, 400))).toEqual({ low: 0, high: 125 });
    expect(bodyWindow(head(100, 90))).toEqual({ low: 0, high: 100 });
  });

  it('takes the whole range where there is nothing inside', () => {
    expect(bodyWindow(head(0, 400))).toEqual({ low: 0, high: 400 });
    expect(bodyWindow(head(0, 0))).toEqual({ low: 0, high: 0 });
  });
});
