import { whenParentIsGone } from '../parent-process.js';
import type { CaseWatcher, CountProgress } from '../progress.js';
import type { ProgressState, RunIO } from '../training/run-io.js';
import { progressLine } from './progress-line.js';

/** Time between two progress lines in milliseconds: rewritten in place, and in a log. */
const REDRAW_AFTER = 200;
const LOG_AFTER = 10_000;

const CLEAR_LINE = '\r\u001b[2K';

/** Where lines go; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A run's words on a terminal or in a log file, and Ctrl-C. */
export interface Terminal extends RunIO, CaseWatcher {
  /** Stops listening to Ctrl-C and leaves the progress line standing. */
  close(): void;
}

export interface TerminalOptions {
  readonly screen: Screen;
  readonly resume: boolean;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Ends the process at once, with an exit code. */
  readonly stopNow: (code: number) => void;
}

/**
 * Shows a run. On a terminal the progress is one line, rewritten in place; elsewhere a line about
 * every 10 seconds. Ctrl-C (or SIGTERM) once asks the run to finish its step and save, twice stops it. A run
 * that another one started does the same when that one is gone.
 */
export function openTerminal({ screen, resume, clock, stopNow }: TerminalOptions): Terminal {
  const inPlace = screen.isTTY === true;
  let interruptions = 0;
  let shown = '';
  let lastShown = Number.NEGATIVE_INFINITY;

  const say = (line: string) => {
    screen.write(inPlace && shown ? `${CLEAR_LINE}${line}\n${shown}` : `${line}\n`);
  };
  const progress = (state: ProgressState | CountProgress) => {
    const done = 'total' in state ? state.done >= state.total : state.step >= state.steps;
    if (!done && clock() - lastShown < (inPlace ? REDRAW_AFTER : LOG_AFTER)) return;
    lastShown = clock();
    const line = progressLine(state);
    if (!inPlace) {
      screen.write(`${line}\n`);
      return;
    }
    shown = line.slice(0, Math.max(1, (screen.columns ?? 80) - 1));
    screen.write(`${CLEAR_LINE}${shown}${done ? '\n' : ''}`);
    if (done) shown = '';
  };
  const onSignal = () => {
    interruptions++;
    if (interruptions === 1) say('Finishing this step and saving. Once more stops at once.');
    else stopNow(1);
  };
  const onParentGone = () => {
    interruptions = Math.max(1, interruptions);
  };
  const forgetParent = whenParentIsGone(onParentGone);
  const close = () => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    forgetParent();
    if (inPlace && shown) screen.write('\n');
    shown = '';
  };

  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    resume,
    say,
    warn: (line) => say(`Warning: ${line}`),
    progress,
    count: progress,
    interrupted: () => interruptions > 0,
    close,
  };
}
