import { ImageError } from '../../errors.js';
import type { DataSet } from './data-set.js';
import type { PixelElement } from './elements.js';
import type { OpenedFile } from './open-file.js';
import { type Palette, palette } from './palette.js';
import { type PixelFormat, pixelFormat } from './pixel-format.js';
import type { TagName } from './tags.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** A file with an image: all that its header says, as plain values. */
export interface ImageFile {
  readonly path: string;
  readonly syntax: TransferSyntax;
  readonly format: PixelFormat;
  readonly pixels: PixelElement;
  readonly size: number;
  readonly modified: number;
  readonly dataSetStart: number;
  readonly palette: Palette | undefined;
  readonly identity: Identity;
  /** One for each frame. */
  readonly slices: readonly Slice[];
}

/** What an image is of, and what it belongs to. */
export interface Identity {
  readonly series: string;
  readonly sopInstance: string | undefined;
  readonly instanceNumber: number | undefined;
  readonly modality: string | undefined;
  readonly description: string | undefined;
  readonly patient: string | undefined;
  readonly study: string | undefined;
  readonly localizer: boolean;
}

/** One frame: where it lies in the patient, and what its numbers mean. */
export interface Slice {
  readonly frame: number;
  readonly place: Place | undefined;
  /** Millimetres from row to row and from column to column, where the file says so. */
  readonly pixelSpacing: readonly [rows: number, columns: number] | undefined;
  readonly thickness: number | undefined;
  readonly slope: number;
  readonly intercept: number;
  /** The values are Hounsfield units: a CT with a rescale that names no other unit. */
  readonly hounsfield: boolean;
  readonly window: { readonly center: number; readonly width: number } | undefined;
}

/** In the patient's LPS frame (DICOM's), millimetres. */
export interface Place {
  /** Centre of the first pixel. */
  readonly position: readonly number[];
  /** Unit vectors along a row (towards the next column) and down a column. */
  readonly alongRow: readonly number[];
  readonly downColumn: readonly number[];
}

/** @throws ImageError when the file holds no image, or one that is not read. */
export function describeImageFile(opened: OpenedFile): ImageFile {
  const { path, data, syntax, pixels, size, modified, dataSetStart } = opened;
  const format = pixelFormat(opened);
  const shared = data.item('sharedGroups');
  const perFrame = data.items('frameGroups');
  const slices = Array.from({ length: format.frames }, (_, frame) => {
    return describeSlice(path, frame, format, [perFrame[frame], shared, data]);
  });
  const isPalette = format.photometric === 'PALETTE COLOR';
  return {
    path,
    syntax,
    format,
    pixels: pixels!,
    size,
    modified,
    dataSetStart,
    palette: isPalette ? palette(path, data) : undefined,
    identity: identify(data),
    slices,
  };
}

function identify(data: DataSet): Identity {
  return {
    series: seriesOf(data) ?? 'none',
    sopInstance: data.text('sopInstance'),
    instanceNumber: optionalNumber(data, 'instanceNumber'),
    modality: data.text('modality'),
    description: data.text('seriesDescription'),
    patient: data.text('patient'),
    study: data.text('study'),
    localizer: data.text('imageType')?.split('\\')[2]?.trim() === 'LOCALIZER',
  };
}

/** SeriesInstanceUID, fit to stand in a path. */
export function seriesOf(data: DataSet): string | undefined {
  return data.text('series')?.replaceAll(/[^0-9A-Za-z.]/g, '_');
}

/** An attribute that only sorts and describes: one that is no number is as good as none. */
function optionalNumber(data: DataSet, name: TagName): number | undefined {
  const value = Number(data.text(name)?.split('\\')[0] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** `levels`: the frame's functional groups, those shared by all frames, the data set itself. */
function describeSlice(
  path: string,
  frame: number,
  format: PixelFormat,
  levels: readonly (DataSet | undefined)[],
): Slice {
  const [ofFrame, shared, data] = levels;
  const grouped = (group: TagName, name: TagName) =>
    ofFrame?.item(group)?.decimals(name) ?? shared?.item(group)?.decimals(name);
  // The plain attribute describes one frame; in a multi-frame file it says nothing about the others.
  const found = (group: TagName, name: TagName) =>
    grouped(group, name) ?? (format.frames === 1 ? data?.decimals(name) : undefined);
  const pixelSpacing =
    grouped('pixelMeasures', 'pixelSpacing') ??
    data?.decimals('pixelSpacing') ??
    data?.decimals('imagerPixelSpacing');
  const rescale = (name: TagName) => grouped('pixelValues', name) ?? data?.decimals(name);
  const slope = rescale('rescaleSlope')?.[0];
  const intercept = rescale('rescaleIntercept')?.[0];
  const unit =
    ofFrame?.item('pixelValues')?.text('rescaleType') ??
    shared?.item('pixelValues')?.text('rescaleType') ??
    data?.text('rescaleType') ??
    'HU';
  const isCt = data?.text('modality') === 'CT' && slope !== undefined && intercept !== undefined;
  return {
    frame,
    place: place(
      path,
      found('planePosition', 'position'),
      found('planeOrientation', 'orientation'),
    ),
    pixelSpacing: checkedSpacing(path, pixelSpacing),
    thickness:
      grouped('pixelMeasures', 'sliceThickness')?.[0] ??
      data?.decimals('spacingBetweenSlices')?.[0] ??
      data?.decimals('sliceThickness')?.[0],
    slope: slope ?? 1,
    intercept: intercept ?? 0,
    hounsfield: isCt && unit === 'HU',
    window: window(
      grouped('frameWindow', 'windowCenter') ?? data?.decimals('windowCenter'),
      grouped('frameWindow', 'windowWidth') ?? data?.decimals('windowWidth'),
    ),
  };
}

function place(
  path: string,
  position: readonly number[] | undefined,
  orientation: readonly number[] | undefined,
): Place | undefined {
  if (!position || !orientation) return undefined;
  const alongRow = orientation.slice(0, 3);
  const downColumn = orientation.slice(3, 6);
  const dot = alongRow.reduce((sum, value, axis) => sum + value * (downColumn[axis] ?? 0), 0);
  const lengths = [alongRow, downColumn].map((vector) => Math.hypot(...vector));
  const fine =
    position.length === 3 &&
    orientation.length === 6 &&
    lengths.every((length) => Math.abs(length - 1) < 1e-2) &&
    Math.abs(dot) < 1e-2;
  if (fine) return { position, alongRow, downColumn };
  throw new ImageError(
    path,
    `its place in the patient is damaged: position ${position.join('\\')}, orientation ` +
      `${orientation.join('\\')} (two unit vectors at a right angle)`,
    'Repair the header or export the image again.',
  );
}

function checkedSpacing(
  path: string,
  spacing: readonly number[] | undefined,
): readonly [number, number] | undefined {
  if (!spacing) return undefined;
  const [rows, columns] = spacing;
  if (rows !== undefined && columns !== undefined && rows > 0 && columns > 0) {
    return [rows, columns];
  }
  throw new ImageError(
    path,
    `its pixel spacing is ${spacing.join('\\')}; two lengths above 0 are meant`,
    'Repair the header or export the image again.',
  );
}

function window(center: readonly number[] | undefined, width: readonly number[] | undefined) {
  const [first, wide] = [center?.[0], width?.[0]];
  if (first === undefined || wide === undefined || wide < 1) return undefined;
  return { center: first, width: wide };
}
