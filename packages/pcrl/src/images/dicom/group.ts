import type { ImageFile, Slice } from './slices.js';

/** A slice with the file that holds it. */
export interface FileSlice extends Slice {
  readonly file: ImageFile;
}

/** Slices of one series that fit together: one size, orientation and pixel spacing. */
export interface Group {
  readonly series: string;
  /** 3 where the slices have a place in the patient, 2 for pictures: each file an image of its own. */
  readonly dimensions: 2 | 3;
  readonly slices: readonly FileSlice[];
}

/** Direction cosines and spacings that differ by less are the same: writers round them. */
const TOLERANCE = 1e-3;

/**
 * Sorts the frames of files into groups: by series, and within one by what makes a volume. Localizers
 * form groups of their own, so do frames of another orientation or size. Larger groups come first.
 */
export function groupFiles(files: readonly ImageFile[]): Group[] {
  const bySeries = new Map<string, ImageFile[]>();
  for (const file of files) {
    const known = bySeries.get(file.identity.series);
    if (known) known.push(file);
    else bySeries.set(file.identity.series, [file]);
  }
  return [...bySeries].flatMap(([series, members]) => groupSeries(series, members));
}

function groupSeries(series: string, files: readonly ImageFile[]): Group[] {
  const stacks: FileSlice[][] = [];
  const pictures: Group[] = [];
  for (const file of files) {
    const slices = file.slices.map((slice) => ({ ...slice, file }));
    const placed = slices.every(({ place, pixelSpacing }) => place && pixelSpacing);
    // Colour has no place in a volume: it is a picture of one.
    if (!placed || file.format.samples === 3 || file.palette) {
      pictures.push({ series, dimensions: 2, slices });
    } else {
      for (const slice of slices) addTo(stacks, slice);
    }
  }
  const volumes = stacks
    .sort((a, b) => b.length - a.length)
    .map((slices): Group => ({ series, dimensions: 3, slices }));
  return [...volumes, ...pictures];
}

function addTo(stacks: FileSlice[][], slice: FileSlice): void {
  const fitting = stacks.find((stack) => fitTogether(stack[0]!, slice));
  if (fitting) fitting.push(slice);
  else stacks.push([slice]);
}

function fitTogether(a: FileSlice, b: FileSlice): boolean {
  return (
    a.file.format.columns === b.file.format.columns &&
    a.file.format.rows === b.file.format.rows &&
    a.file.identity.localizer === b.file.identity.localizer &&
    close(a.pixelSpacing!, b.pixelSpacing!) &&
    close(a.place!.alongRow, b.place!.alongRow) &&
    close(a.place!.downColumn, b.place!.downColumn)
  );
}

function close(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, at) => Math.abs(value - b[at]!) < TOLERANCE);
}
