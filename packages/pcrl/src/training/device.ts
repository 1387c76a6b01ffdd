import { availableParallelism } from 'node:os';
import { autocast, buildInfo, setDeterministic, setThreads } from '@pcrl/torch';
import { SettingsError, TrainingError } from '../errors.js';
import type { PretrainSettings } from '../settings/index.js';
import { convolutionFaults } from './self-check.js';

const READ_EVERY_ON_GPU = 20;

/** Where and how a run computes. */
export interface Compute {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly threads: number;
  /** Losses are read every so many steps: on a GPU, no step waits for the host. */
  readonly readEvery: number;
  /** Runs a forward pass in the precision of the settings. */
  readonly inPrecision: <Result>(forward: () => Result) => Result;
}

type Wishes = Pick<PretrainSettings, 'device' | 'precision' | 'threads'>;

/**
 * Finds the device and sets libtorch's threads, for the whole process.
 *
 * @throws {SettingsError} the device is not there
 * @throws {TrainingError} libtorch computes wrongly on it
 */
export function prepareCompute({ device: wanted, precision, threads }: Wishes): Compute {
  const device = findDevice(wanted);
  const count = threads || availableParallelism();
  setThreads(count);
  setDeterministic(true);
  checkArithmetic(device);
  return {
    device,
    threads: count,
    readEvery: device === 'cpu' ? 1 : READ_EVERY_ON_GPU,
    inPrecision: (forward) => (precision === 'bf16' ? autocast(device, forward) : forward()),
  };
}

/** Some builds of libtorch give wrong gradients without a word. */
function checkArithmetic(device: string): void {
  const faults = convolutionFaults(device);
  if (faults.length === 0) return;
  throw new TrainingError(
    `libtorch ${buildInfo().version} computes wrongly: ${faults.join('; ')}`,
    'Nothing can be trained with it. Give another: LIBTORCH=FOLDER npm run setup.',
  );
}

/**
 * `auto`, `cuda` or `cuda:1` as a device that is there.
 *
 * @throws {SettingsError} it is not
 */
export function findDevice(wanted: string): string {
  const { cuda, devices } = buildInfo();
  if (wanted === 'cpu' || (wanted === 'auto' && !cuda)) return 'cpu';
  const index = Number(wanted.split(':')[1] ?? 0);
  if (cuda && index < devices) return `cuda:${index}`;
  const found = cuda ? `there are ${devices}, counted from 0` : 'libtorch finds no GPU';
  throw new SettingsError(
    `device: ${wanted} is not there; ${found}`,
    'Use --device auto; `pcrl doctor` shows what libtorch finds.',
  );
}
