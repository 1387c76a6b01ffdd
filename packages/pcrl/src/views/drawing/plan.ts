import type { Box } from './box.js';

/** Where a view's voxels come from: all of it is one resampling. */
export interface ViewGeometry {
  /** What is cut out, in voxels of the image. */
  readonly box: Box;
  /** Mirrored: left and right (the last axis) in 2D, the first axis in 3D. */
  readonly flip: boolean;
  /** Rotation about the view's centre: one angle in 2D (counter-clockwise), about X, Y, Z in 3D. */
  readonly degrees: readonly number[];
  /** Enlargement about the view's centre, per axis. */
  readonly scales: readonly number[];
  /** Value of what a rotation or scaling brings in from outside the crop. */
  readonly outside: number;
}

/** One step of a colour jitter: `factor * x + (1 - factor) * m`, m = 0 or the mean of the view. */
export interface ColorChange {
  readonly kind: 'brightness' | 'contrast';
  readonly factor: number;
}

/** How a 2D view differs from its clean crop. */
export interface Appearance2D {
  /** Standard deviation of the Gaussian blur in pixels; 0 for none. */
  readonly blur: number;
  /** In the order drawn. */
  readonly jitter: readonly ColorChange[];
  /** Rectangles that are set to the mean, in pixels of the view. */
  readonly holes: readonly Box[];
}

/** How a 3D view differs from its clean crop. */
export interface Appearance3D {
  /** Standard deviation of the Gaussian blur in voxels of the view, per axis. */
  readonly blur: readonly number[];
  /** Standard deviation of the added noise. */
  readonly noise: number;
  /** Exponent put on the absolute value. */
  readonly gamma: number;
  /** Pairs of patches that change places, by their start corners, in this order. */
  readonly swaps: readonly SwapOfPatches[];
}

/** Start corners of two patches, in voxels of the view. */
export type SwapOfPatches = readonly [readonly number[], readonly number[]];

/** Everything drawn for one view. */
export interface ViewPlan<A> {
  readonly geometry: ViewGeometry;
  readonly appearance: A;
}

/** Everything drawn for one sample: plain data, a function of the image, the address and the settings. */
export interface SamplePlan<A = Appearance2D | Appearance3D> {
  readonly globals: readonly ViewPlan<A>[];
  readonly locals: readonly ViewPlan<A>[];
  /** Whether a crop reaches beyond the image, so that some of it is padding. */
  readonly padded: boolean;
}

/** The views of a sample in their order: the global ones, then the local ones. */
export function viewsOf<A>(plan: SamplePlan<A>): readonly ViewPlan<A>[] {
  return [...plan.globals, ...plan.locals];
}
