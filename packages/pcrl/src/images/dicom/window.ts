import type { ValueWindow } from '../image.js';

/** The values that a window of DICOM's linear kind shows black and white (PS3.3, C.11.2.1.2.1). */
export function windowBounds({ center, width }: { center: number; width: number }): ValueWindow {
  const low = center - 0.5 - (width - 1) / 2;
  return { low, high: low + width - 1 };
}
