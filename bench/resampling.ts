/**
 * A CT of 512x512x300 voxels brought to 1 mm, here and with scipy.ndimage.zoom of order 1, in turn, one
 * thread on each side, and how far the voxels are apart.
 *
 *     npx tsx bench/resampling.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch/random';
import { keptGrid } from '../packages/pcrl/src/preparing/kept-grid.js';
import { resampleLinear } from '../packages/pcrl/src/preparing/resample.js';
import { median } from './median.js';

const SIZE = [512, 512, 300] as const;
const SPACING = [0.7, 0.7, 1.25];
const ROUNDS = 3;

const PEER = `
import sys, time, numpy, scipy.ndimage
given = numpy.fromfile(sys.argv[1], 'f4').reshape(512, 512, 300)
began = time.perf_counter()
made = scipy.ndimage.zoom(given, [float(f) for f in sys.argv[3:6]], order=1, mode='nearest', grid_mode=True)
print(time.perf_counter() - began, *made.shape)
made.tofile(sys.argv[2])
`;

const folder = mkdtempSync(join(tmpdir(), 'pcrl-resampling-'));
try {
  const count = SIZE.reduce((product, side) => product * side, 1);
  const voxels = new Float32Array(count);
  const random = new RandomStream(1, 'resampling bench');
  const noise = Float32Array.from({ length: 65_537 }, () => random.uniform(0, 1));
  for (let i = 0; i < count; i++) voxels[i] = noise[i % noise.length]!;
  const [given, made] = [join(folder, 'given'), join(folder, 'made')];
  writeFileSync(given, voxels);
  const whole = SIZE.map((side) => [0, side - 1] as const);
  const grid = keptGrid({ size: SIZE, spacing: SPACING }, 1, whole);
  // scipy fits its grid to the whole extent: the same one on both sides for the comparison.
  const fitted = grid.map((axis, at) => {
    const step = SIZE[at]! / axis.count;
    return { first: step / 2 - 0.5, step, count: axis.count };
  });
  const zoom = fitted.map(({ count: side }, at) => String(side / SIZE[at]!));
  const ours: number[] = [];
  const theirs: number[] = [];
  let apart = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const result = resampleLinear(voxels, SIZE, fitted);
    ours.push((performance.now() - began) / 1000);
    const out = execFileSync('python3', ['-c', PEER, given, made, ...zoom], { encoding: 'utf8' });
    theirs.push(Number(out.split(' ')[0]));
    const bytes = readFileSync(made);
    const peer = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    if (peer.length !== result.length) throw new Error(`scipy made ${out}`);
    for (let i = 0; i < peer.length; i += 7)
      apart = Math.max(apart, Math.abs(peer[i]! - result[i]!));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(`${cpus()[0]?.model}, one thread on each side, Node ${process.version}`);
  console.log(
    `${SIZE.join('x')} of ${SPACING.join(', ')} mm to ${fitted.map((axis) => axis.count).join('x')} of 1 mm`,
  );
  console.log(
    `ours ${a.toFixed(2)} s, scipy ${b.toFixed(2)} s, ratio ${(a / b).toFixed(2)} (aim 1.0), apart ${apart.toExponential(1)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
