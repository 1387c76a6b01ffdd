import type { Affine } from '../geometry.js';
import type { FileSlice, Group } from './group.js';

/** Slices in the order of their positions, and the volume that they make. */
export interface Stack {
  readonly slices: readonly FileSlice[];
  /** `[columns, rows, slices]`. */
  readonly size: readonly [number, number, number];
  /** From column, row and slice to RAS+ millimetres. */
  readonly affine: Affine;
  /** What keeps the slices from being a volume, in words; empty where they are one. */
  readonly problems: readonly string[];
  /** What was put right without loss, in words. */
  readonly notes: readonly string[];
}

/** Slices may lie off an even grid by this share of their distance: writers round positions. */
const UNEVEN = 0.1;
/** Positions that differ by less are the same, in millimetres. */
const SAME_PLACE = 1e-3;
/** Slices may drift sideways by this much over the whole stack, in pixels; beyond it is a tilt. */
const DRIFT = 1;

/**
 * Orders a group's slices along their normal and checks that they are a volume: one slice at each
 * place, at even distances, straight above each other. Missing slices are never bridged by a larger
 * spacing; they are a problem.
 */
export function stackOf(group: Group): Stack {
  const { kept, notes } = withoutCopies(group.slices);
  const normal = cross(kept[0]!.place!.alongRow, kept[0]!.place!.downColumn);
  const along = (slice: FileSlice) => dot(slice.place!.position, normal);
  const slices = kept.sort((a, b) => along(a) - along(b) || a.frame - b.frame);
  const heights = slices.map(along);
  const problems = repeatProblems(heights);
  if (problems.length === 0) problems.push(...spacingProblems(heights), ...tiltProblems(slices));
  const { columns, rows } = slices[0]!.file.format;
  return {
    slices,
    size: [columns, rows, slices.length],
    affine: affineOf(slices, normal, sliceDistance(slices, heights, problems)),
    problems,
    notes,
  };
}

/** Leaves out files that are copies of another one: the same SOP instance, so the same image. */
function withoutCopies(slices: readonly FileSlice[]) {
  const seen = new Map<string, string>();
  const kept: FileSlice[] = [];
  const copies = new Set<string>();
  for (const slice of slices) {
    const { path, identity } = slice.file;
    const key = `${identity.sopInstance ?? path} ${slice.frame}`;
    const first = seen.get(key);
    if (first !== undefined && first !== path) copies.add(path);
    else {
      seen.set(key, path);
      kept.push(slice);
    }
  }
  const notes = copies.size > 0 ? [`copies of the same instance, left out: ${some(copies)}`] : [];
  return { kept, notes };
}

function repeatProblems(heights: readonly number[]): string[] {
  const repeated = heights.filter((height, at) => at > 0 && height - heights[at - 1]! < SAME_PLACE);
  if (repeated.length === 0) return [];
  const places = heights.length - repeated.length;
  const many = heights.length % places === 0 ? ` (${heights.length / places} at each place?)` : '';
  return [
    `several slices at one place: ${heights.length} slices at ${places} places${many}, the first at ` +
      `${millimetres(repeated[0]!)}; several volumes in one series (phases, echoes) are not read`,
  ];
}

function spacingProblems(heights: readonly number[]): string[] {
  const count = heights.length;
  if (count < 3) return [];
  const first = heights[0]!;
  const even = (heights[count - 1]! - first) / (count - 1);
  const off = Math.max(...heights.map((height, at) => Math.abs(height - first - at * even)));
  if (off <= UNEVEN * even) return [];

  const steps = distances(heights);
  const step = median(steps);
  const counts = steps.map((distance) => distance / step);
  if (counts.every((times) => Math.abs(times - Math.round(times)) <= UNEVEN)) {
    const missing = counts.reduce((sum, times) => sum + Math.round(times) - 1, 0);
    const at = counts.findIndex((times) => times > 1.5);
    const [below, above] = [heights[at]!, heights[at + 1]!];
    return [
      `slices are missing: ${missing} of ${count + missing} at a spacing of ${millimetres(step)}, ` +
        `the first between ${millimetres(below)} and ${millimetres(above)}`,
    ];
  }
  const [low, high] = [Math.min(...steps), Math.max(...steps)];
  return [`the slices are unevenly spaced: ${millimetres(low)} to ${millimetres(high)} apart`];
}

/** Slices of a tilted gantry are sheared against each other; reading them straight would lie. */
function tiltProblems(slices: readonly FileSlice[]): string[] {
  const [first, last] = [slices[0]!, slices[slices.length - 1]!];
  const [rows, columns] = first.pixelSpacing!;
  const path = last.place!.position.map((value, axis) => value - first.place!.position[axis]!);
  const right = dot(path, first.place!.alongRow);
  const down = dot(path, first.place!.downColumn);
  if (Math.abs(right) <= DRIFT * columns && Math.abs(down) <= DRIFT * rows) return [];
  const height = dot(path, cross(first.place!.alongRow, first.place!.downColumn));
  const degrees = (Math.atan2(Math.hypot(right, down), height) * 180) / Math.PI;
  return [
    `the gantry was tilted by ${degrees.toFixed(1)} degrees: the slices are sheared against each other`,
  ];
}

/** The distance of an even stack's slices; of another one, what it is between most of them. */
function sliceDistance(
  slices: readonly FileSlice[],
  heights: readonly number[],
  problems: readonly string[],
): number {
  const count = heights.length;
  const [columns, thickness] = [slices[0]!.pixelSpacing![1], slices[0]!.thickness ?? 0];
  // A single slice may claim no thickness; then it is as thick as a pixel is wide.
  if (count === 1) return thickness > 0 ? thickness : columns;
  const even = (heights[count - 1]! - heights[0]!) / (count - 1);
  const distance = problems.length === 0 ? even : median(distances(heights));
  return distance > 0 ? distance : columns;
}

function distances(heights: readonly number[]): number[] {
  return heights.slice(1).map((height, at) => height - heights[at]!);
}

function affineOf(
  slices: readonly FileSlice[],
  normal: readonly number[],
  distance: number,
): Affine {
  const first = slices[0]!;
  const [rows, columns] = first.pixelSpacing!;
  const { alongRow, downColumn, position } = first.place!;
  // DICOM's axes point to the patient's left and back; RAS+ to the right and front.
  return [0, 1, 2].flatMap((axis) => {
    const sign = axis < 2 ? -1 : 1;
    const row = [
      alongRow[axis]! * columns,
      downColumn[axis]! * rows,
      normal[axis]! * distance,
      position[axis]!,
    ];
    return row.map((value) => sign * value);
  });
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  return [
    a[1]! * b[2]! - a[2]! * b[1]!,
    a[2]! * b[0]! - a[0]! * b[2]!,
    a[0]! * b[1]! - a[1]! * b[0]!,
  ];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function millimetres(value: number): string {
  return `${Number(value.toFixed(3))} mm`;
}

function some(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, 3).join(', ');
  return names.size > 3 ? `${shown} and ${names.size - 3} more` : shown;
}
