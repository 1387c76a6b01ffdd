import { withHugePages } from '@pcrl/torch/reading';
import { ImageError } from '../../errors.js';
import type { Image, ImageHeader } from '../image.js';
import { VolumeFromSlabs, volumeHeader } from '../volume.js';
import { countVoxels, type StoredVoxels } from '../voxel-type.js';
import { type FrameRequest, readFrames } from './frames.js';
import type { FileSlice } from './group.js';
import type { PixelFormat } from './pixel-format.js';
import type { ImageFile } from './slices.js';
import type { Stack } from './stack.js';
import { storedArray } from './unpack.js';
import { windowBounds } from './window.js';

/** Files that are read side by side. */
const AT_ONCE = 8;
/** Slices that are read before they are put in place: as many as that is done for at once. */
const SLAB = 64;

export function dicomVolumeHeader(path: string, stack: Stack): ImageHeader {
  refuseProblems(path, stack);
  return volumeHeader(path, stack);
}

/**
 * Reads a stack of slices as a volume of rescaled values. Values are left as the modality means them:
 * MONOCHROME1 says how to show them, and is not applied to volumes.
 *
 * @throws ImageError when the slices are no volume, or one of them cannot be read
 */
export async function readDicomVolume(path: string, stack: Stack): Promise<Image> {
  refuseProblems(path, stack);
  const { slices, size } = stack;
  countVoxels(path, size);
  const format = storageFormat(path, slices);
  const volume = new VolumeFromSlabs(path, stack);
  const most = Math.min(SLAB, slices.length);
  const slab = storedArray(format, format.columns * format.rows * most);
  for (let first = 0; first < slices.length; first += SLAB) {
    const part = slices.slice(first, first + SLAB);
    const stored = slab.subarray(0, (slab.length / most) * part.length);
    volume.add({ first, ...(await readSlab(part, stored)) });
  }
  const image = volume.image(slices.every((slice) => slice.hounsfield) ? 'HU' : 'arbitrary');
  const window = slices[slices.length >> 1]!.window;
  return window ? { ...image, window: windowBounds(window) } : image;
}

/** Reads slices in their order; they are rescaled here only where they differ in how. */
async function readSlab(slices: readonly FileSlice[], stored: StoredVoxels) {
  await readSlices(slices, stored);
  const { slope, intercept } = slices[0]!;
  const alike = slices.every((slice) => slice.slope === slope && slice.intercept === intercept);
  if (alike) return { voxels: stored, slope, intercept };
  return { voxels: rescaled(slices, stored), slope: 1, intercept: 0 };
}

function refuseProblems(path: string, { problems }: Stack): void {
  if (problems.length === 0) return;
  throw new ImageError(
    path,
    `no volume: ${problems.join('; ')}`,
    'Complete or repair the series, or convert it to NIfTI with a tool that resamples it, such as dcm2niix.',
  );
}

/** Slices of one series may differ in sign or width only by mistake. */
function storageFormat(path: string, slices: readonly FileSlice[]): PixelFormat {
  const { format } = slices[0]!.file;
  const odd = slices.find(({ file }) => {
    const { kind, bitsAllocated, signed } = file.format;
    return (
      kind !== format.kind || bitsAllocated !== format.bitsAllocated || signed !== format.signed
    );
  });
  if (!odd) return format;
  throw new ImageError(
    path,
    `its slices are stored as different types of number (${slices[0]!.file.path}, ${odd.file.path})`,
    'Export the series again.',
  );
}

async function readSlices(slices: readonly FileSlice[], stored: StoredVoxels): Promise<void> {
  const pixels = stored.length / slices.length;
  const requests = new Map<ImageFile, FrameRequest[]>();
  slices.forEach(({ file, frame }, at) => {
    const target = stored.subarray(at * pixels, (at + 1) * pixels);
    const known = requests.get(file);
    if (known) known.push({ frame, target });
    else requests.set(file, [{ frame, target }]);
  });
  const left = [...requests];
  const reader = async () => {
    for (let next = left.pop(); next; next = left.pop()) await readFrames(...next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
}

function rescaled(slices: readonly FileSlice[], stored: StoredVoxels): Float32Array {
  const values = withHugePages(new Float32Array(stored.length));
  values.set(stored);
  const pixels = values.length / slices.length;
  slices.forEach(({ slope, intercept }, slice) => {
    for (let at = slice * pixels; at < (slice + 1) * pixels; at++) {
      values[at] = values[at]! * slope + intercept;
    }
  });
  return values;
}
