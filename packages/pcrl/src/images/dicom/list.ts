import { ImageError } from '../../errors.js';
import { volumeHeader } from '../volume.js';
import { dicomPictureHeader } from './picture.js';
import { type AddressedGroup, blocking, openSeriesFolder, type RefusedFile } from './series.js';
import { stackOf } from './stack.js';

/** An image in a folder of DICOM files, as its headers describe it. */
export interface SeriesListing {
  /** The path to give to `readImage`: the folder, `FOLDER#UID`, `FOLDER#UID:2`, or a file. */
  readonly address: string;
  /** SeriesInstanceUID. */
  readonly uid: string;
  /** Undefined for a file that cannot be read as far as that. */
  readonly dimensions: 2 | 3 | undefined;
  readonly modality: string | undefined;
  readonly description: string | undefined;
  readonly patient: string | undefined;
  /** StudyInstanceUID. */
  readonly study: string | undefined;
  /** In the order of the slices' positions; a file of many frames stands once. */
  readonly files: readonly string[];
  /** Scouts and localizers; they show where other series were planned. */
  readonly localizer: boolean;
  /** As `readImage` gives it: `[W, H]`, or `[X, Y, Z]` in RAS+ order. */
  readonly size: readonly number[];
  /** Millimetres; the slices' distance is what it is between most of them. */
  readonly spacing: readonly number[];
  /** Why `readImage` refuses it; empty where it does not. */
  readonly problems: readonly string[];
  /** What is worth knowing, but in nobody's way: copies of a file that were left out. */
  readonly notes: readonly string[];
}

/**
 * Lists the images in a folder of DICOM files (not in folders below it), by their headers. Volumes
 * come as one entry for each stack of slices, pictures as one for each file, and files that cannot be
 * read as one with the reason. Files of other kinds, and DICOM objects without pixels, are passed over.
 *
 * @throws ImageError when the folder cannot be read
 */
export async function listSeries(folder: string): Promise<readonly SeriesListing[]> {
  const { images, refused } = await openSeriesFolder(folder);
  return [
    ...images.map((image) => listImage(image, blocking(image.group.series, refused))),
    ...refused.map(listRefused),
  ];
}

function listImage({ address, group }: AddressedGroup, blocked: readonly string[]): SeriesListing {
  const { identity, path } = group.slices[0]!.file;
  const { series, sopInstance: _, instanceNumber: __, ...described } = identity;
  const common = { address, uid: series, dimensions: group.dimensions, ...described };
  if (group.dimensions === 2) {
    const problems = refusals(() => dicomPictureHeader(group.slices[0]!.file));
    const { columns, rows } = group.slices[0]!.file.format;
    const [height, width] = group.slices[0]!.pixelSpacing ?? [1, 1];
    const size = { size: [columns, rows], spacing: [width, height] };
    return { ...common, ...size, files: [path], problems, notes: [] };
  }
  const stack = stackOf(group);
  const { size, spacing } = volumeHeader(address, stack);
  const files = [...new Set(stack.slices.map(({ file }) => file.path))];
  const problems = [...stack.problems, ...blocked];
  return { ...common, files, size, spacing, problems, notes: stack.notes };
}

function listRefused({ path, reason, series }: RefusedFile): SeriesListing {
  return {
    address: path,
    uid: series ?? '',
    dimensions: undefined,
    modality: undefined,
    description: undefined,
    patient: undefined,
    study: undefined,
    files: [path],
    localizer: false,
    size: [],
    spacing: [],
    problems: [reason],
    notes: [],
  };
}

function refusals(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ImageError) return [error.reason];
    throw error;
  }
}
