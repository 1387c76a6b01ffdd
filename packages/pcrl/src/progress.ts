/** How far work on a list of cases has come. */
export interface CountProgress {
  /** What is being done, e.g. `drawing`. */
  readonly name: string;
  /** What is counted, in the plural, e.g. `scans`. */
  readonly noun: string;
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  readonly secondsLeft: number;
}

/** Who watches work on a list of cases, and may stop it between two of them. */
export interface CaseWatcher {
  /** May be called after every case; the receiver decides how often to show it. */
  count(state: CountProgress): void;
  /** True once the work should stop and return; heard only when the event loop turns between cases. */
  interrupted(): boolean;
}
