/**
 * Values of the phantom's mask. 0 is everything else: among it the heart's look-alikes (aorta,
 * muscle, stomach) and the ribs, which share the spine's Hounsfield units. Vessels and nodules
 * inside a lung count as lung.
 */
export const phantomLabels = {
  lungs: 1,
  heart: 2,
  liver: 3,
  spleen: 4,
  spine: 5,
} as const;

/** Names of the labels; the index is the mask's value. */
export const phantomLabelNames: readonly string[] = ['background', ...Object.keys(phantomLabels)];
