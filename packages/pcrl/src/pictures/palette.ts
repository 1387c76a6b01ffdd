import type { Colour } from './raster.js';

/**
 * Colours that readers with any kind of colour vision tell apart (Okabe and Ito 2008), in the order
 * in which labels and boxes take them.
 */
export const labelColours: readonly Colour[] = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [240, 228, 66],
  [213, 94, 0],
  [0, 114, 178],
];

/** The colour of a mask's label (1 and up); they come round again after the seventh. */
export function labelColour(label: number): Colour {
  return labelColours[(label - 1) % labelColours.length]!;
}

/** Colours of a prediction held against the truth. */
export const outcomeColours: Readonly<
  Record<'truePositive' | 'falsePositive' | 'falseNegative', Colour>
> = {
  truePositive: [0, 158, 115],
  falsePositive: [230, 159, 0],
  falseNegative: [86, 180, 233],
};
