/**
 * One operator call through the door: the sum of two small tensors, with what it allocates and frees.
 *
 *     npx tsx bench/door.ts
 */
import { cpus } from 'node:os';
import { arange, buildInfo, noGrad, scope, setThreads, type Tensor } from '@pcrl/torch';

const CALLS = 20_000;
const ROUNDS = 25;
const AT_MOST = 6;

setThreads(1);
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Microseconds that the core was busy for one call. */
function busy(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const ways: Record<string, (one: Tensor, other: Tensor) => void> = {
  'dispose()': (one, other) => {
    for (let call = 0; call < CALLS; call++) one.add(other).dispose();
  },
  'scope()': (one, other) => {
    for (let call = 0; call < CALLS; call += 100) {
      scope(() => {
        for (let inner = 0; inner < 100; inner++) one.add(other);
      });
    }
  },
};

console.log(`${cpus()[0]?.model} x ${cpus().length}; libtorch ${buildInfo().version}`);
scope(() =>
  noGrad(() => {
    const [one, other] = [arange(8).add(0.5), arange(8).add(1.5)];
    for (const [name, way] of Object.entries(ways)) {
      way(one, other);
      const times = Array.from({ length: ROUNDS }, () => busy(() => way(one, other)));
      const fastest = Math.min(...times).toFixed(2);
      console.log(
        `add of 8 numbers, freed by ${name}: median ${median(times).toFixed(2)}, fastest ${fastest} ` +
          `microseconds (at most ${AT_MOST})`,
      );
    }
  }),
);
