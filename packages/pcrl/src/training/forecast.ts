import { liveTensors } from '@pcrl/torch';

/** What a forecast is made from. */
export interface Measured {
  readonly device: string;
  readonly secondsPerStep: number;
  readonly stepsLeft: number;
  /** Of one checkpoint. */
  readonly checkpointBytes: number;
  /** Checkpoints kept. */
  readonly keep: number;
  readonly freeDiskBytes: number;
}

/** What a run will take, in one line. */
export function forecast(measured: Measured): string {
  const { secondsPerStep, stepsLeft, checkpointBytes, keep } = measured;
  const steps = `${stepsLeft.toLocaleString('en')} steps of ${secondsPerStep.toPrecision(2)} s`;
  return [
    `Forecast: ${duration(secondsPerStep * stepsLeft)} for ${steps}`,
    `peak memory so far ${bytes(peakMemory())}${onDevice(measured.device)}`,
    `checkpoints ${bytes(checkpointBytes * keep)} on the disk (${bytes(measured.freeDiskBytes)} free)`,
  ].join('; ');
}

/** The most memory that this process has had, in bytes. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function onDevice(device: string): string {
  return device === 'cpu' ? '' : `, tensors on the GPU between steps ${bytes(liveTensors().bytes)}`;
}

/** `2 h 5 min`, `4 min`, `12 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** `1.2 GB`, `640 MB`, `3 kB`. */
export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`;
  return count >= 1e6 ? `${Math.round(count / 1e6)} MB` : `${Math.ceil(count / 1e3)} kB`;
}
