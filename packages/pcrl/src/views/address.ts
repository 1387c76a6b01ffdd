/**
 * Where a view's random numbers come from: the run's seed, the epoch, and the index of the sample in
 * the run's list of samples. View 0 and 1 are the global views, the local views follow.
 */
export interface SampleAddress {
  readonly seed: number;
  readonly epoch: number;
  readonly sample: number;
}
