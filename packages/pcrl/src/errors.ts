/**
 * Base of every error that pcrl raises on purpose: what happened, and what to do about it.
 * The command line prints these two lines and no stack trace.
 */
export abstract class PcrlError extends Error {
  readonly remedy: string;
  /** Exit code of the command line: 2 for wrong usage or input, 1 for a run that failed. */
  abstract readonly exitCode: 1 | 2;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(remedy ? `${what}\n  ${remedy}` : what, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** A setting, flag or config key is unknown or out of range. */
export class SettingsError extends PcrlError {
  readonly exitCode = 2;
}

/** An image file is missing, unreadable, truncated, of an unknown type, or holds no usable voxels. */
export class ImageError extends PcrlError {
  readonly exitCode = 2;

  /** @param path the file, as the user named it */
  constructor(
    readonly path: string,
    readonly reason: string,
    remedy = '',
    options?: ErrorOptions,
  ) {
    super(`${path}: ${reason}`, remedy, options);
  }
}

/** A dataset (folder, CSV, list) is inconsistent: unknown files, columns, split leaks. */
export class DatasetError extends PcrlError {
  readonly exitCode = 2;
}

/** A weights file or checkpoint does not fit the network, or is damaged. */
export class WeightsError extends PcrlError {
  readonly exitCode = 2;
}

/** Data cannot be prepared now: the disk is full, or another process is at it. */
export class PreparingError extends PcrlError {
  readonly exitCode = 1;
}

/** A run folder exists already, is of another task, or cannot be resumed. */
export class RunError extends PcrlError {
  readonly exitCode = 2;
}

/** Training cannot go on: loss not finite, disk full, every image bad. */
export class TrainingError extends PcrlError {
  readonly exitCode = 1;
}

/** Predictions cannot be scored: scores that are not finite, counts that do not match. */
export class EvaluationError extends PcrlError {
  readonly exitCode = 1;
}

/** Not one of the images could be predicted. */
export class PredictionError extends PcrlError {
  readonly exitCode = 1;
}
