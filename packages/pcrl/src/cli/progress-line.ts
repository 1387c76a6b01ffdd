import type { CountProgress } from '../progress.js';
import type { ProgressState } from '../training/run-io.js';

/** One line that says how far a run has come, e.g. for a terminal. */
export function progressLine(state: ProgressState | CountProgress): string {
  return 'total' in state ? countLine(state) : runLine(state);
}

function countLine({ name, noun, done, total, perSecond, secondsLeft }: CountProgress): string {
  return [
    name,
    `${grouped(done)}/${grouped(total)} ${noun}`,
    `${significant(perSecond)} ${noun}/s`,
    `${duration(secondsLeft)} left`,
  ].join('  ');
}

function runLine(state: ProgressState): string {
  const losses = Object.entries(state.losses).map(
    ([name, value]) => `${name} ${significant(value)}`,
  );
  return [
    state.name,
    `step ${grouped(state.step)}/${grouped(state.steps)}`,
    `epoch ${state.epoch + 1}/${Math.ceil(state.epochs)}`,
    `${significant(state.samplesPerSecond)} images/s`,
    `${duration(state.secondsLeft)} left`,
    ...losses,
    `data_wait ${Math.round(state.dataWait * 100)} %`,
  ].join('  ');
}

/** A time in words: `45 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24];
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}

function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
