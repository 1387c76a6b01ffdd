import { EvaluationError } from '../errors.js';
import { labelColour, outcomeColours } from './palette.js';
import type { LabelPlane } from './plane.js';
import { type Colour, copyRaster, mixPixel, type Raster } from './raster.js';

const fill = 0.3;

/**
 * A picture with a mask over it: each label a tint with an outline.
 *
 * @throws EvaluationError when the mask is not of the picture's size
 */
export function overlayLabels(raster: Raster, mask: LabelPlane): Raster {
  return tint(raster, mask, labelColour);
}

/**
 * A picture with a prediction held against the truth: rightly marked (true positive), marked where nothing
 * or something else is (false positive), and missed (false negative), in `outcomeColours`.
 *
 * @throws EvaluationError when a mask is not of the picture's size
 */
export function overlayOutcome(raster: Raster, prediction: LabelPlane, truth: LabelPlane): Raster {
  checkSize(raster, truth);
  const { truePositive, falsePositive, falseNegative } = outcomeColours;
  const colours = [truePositive, falsePositive, falseNegative];
  const outcomes = prediction.labels.map((predicted, i) => {
    const wanted = truth.labels[i]!;
    if (predicted === 0) return wanted === 0 ? 0 : 3;
    return predicted === wanted ? 1 : 2;
  });
  return tint(raster, { ...prediction, labels: outcomes }, (outcome) => colours[outcome - 1]!);
}

function tint(raster: Raster, mask: LabelPlane, colourOf: (label: number) => Colour): Raster {
  checkSize(raster, mask);
  const { width, height, labels } = mask;
  const tinted = copyRaster(raster);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = labels[y * width + x]!;
      if (label === 0) continue;
      mixPixel(tinted, x, y, colourOf(label), isEdge(mask, x, y) ? 0.95 : fill);
    }
  }
  return tinted;
}

function isEdge({ width, height, labels }: LabelPlane, x: number, y: number): boolean {
  const label = labels[y * width + x];
  const differs = (px: number, py: number) =>
    px >= 0 && py >= 0 && px < width && py < height && labels[py * width + px] !== label;
  return differs(x - 1, y) || differs(x + 1, y) || differs(x, y - 1) || differs(x, y + 1);
}

function checkSize(raster: Raster, mask: LabelPlane): void {
  if (raster.width === mask.width && raster.height === mask.height) return;
  throw new EvaluationError(
    `a mask of ${mask.width} x ${mask.height} over a picture of ${raster.width} x ${raster.height}`,
    'Resize the mask to the picture first.',
  );
}
