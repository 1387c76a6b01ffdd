import { withHugePages } from '@pcrl/torch/reading';

/**
 * A picture or volume in memory: numbers, and where in the patient they lie.
 *
 * 2D images are `[W, H]` with x fastest in memory (row-major `[H, W]`). Volumes are always in the
 * canonical RAS+ axis order `[X, Y, Z]` (towards the patient's right, anterior, superior) with z
 * fastest in memory, so CT slices come last. With more than one channel, the channel comes first.
 */
export interface Image {
  readonly path: string;
  /** 1 for grey, 3 for colour. */
  readonly channels: number;
  /** `[W, H]` or `[X, Y, Z]`, in voxels. */
  readonly size: readonly number[];
  /** Millimetres per voxel along each axis of `size`; 1 where the file does not say. */
  readonly spacing: readonly number[];
  /** World position (RAS+, millimetres) of the first voxel's centre. */
  readonly origin: readonly number[];
  /** Row-major square matrix; column `a` is the world direction of axis `a`, of length 1. */
  readonly direction: readonly number[];
  /** Size and spacing in the file, where the image was shrunk as it was read. */
  readonly whole?: Pick<Image, 'size' | 'spacing'>;
  /** How the file of a volume has its axes; absent where that is as here. */
  readonly stored?: StoredAxes;
  /**
   * `'HU'` where the file says so (CT in DICOM), or where the values look like it: whole numbers,
   * minimum <= -500, maximum <= 20,000. `'relative'` where they were brought to the scale from 0 to 1
   * before they were written.
   */
  readonly unit: 'HU' | 'arbitrary' | 'relative';
  /**
   * The range of values that the file proposes to show, from black to white: DICOM's VOI window
   * (PS3.3, C.11.2.1.2), in the unit of the voxels. Absent where the file proposes none.
   */
  readonly window?: ValueWindow;
  /** Backed by a `SharedArrayBuffer`: worker threads read it without a copy. */
  readonly voxels: Float32Array;
}

/** The order of a volume's axes in its file. */
export interface StoredAxes {
  /** Axis `a` runs along the file's axis `fileAxes[a]` ... */
  readonly fileAxes: readonly number[];
  /** ... from its end to its start where `reversed[a]`. */
  readonly reversed: readonly boolean[];
}

/** Values from `low` to `high`. */
export interface ValueWindow {
  readonly low: number;
  readonly high: number;
}

/** What a file's header says, without its voxels. `channels` counts the colours in the file. */
export type ImageHeader = Omit<Image, 'unit' | 'window' | 'whole' | 'voxels'>;

/** Allocates voxels that worker threads can share. */
export function sharedVoxels(count: number): Float32Array {
  const buffer = new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT);
  return withHugePages(new Float32Array(buffer));
}
