import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { writeNifti, writePng } from '../../src/images/index.js';
import type { RunIO } from '../../src/training/run-io.js';

/** A folder that the system clears away. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pcrl-tasks-'));
}

const SPLITS = { train: 12, val: 6, test: 10 } as const;
const SIDE = 32;

/**
 * Pictures with a bright spot: `left` or right, `high` or low; two pictures a patient. With `lungs`, one mask
 * of them for all: the left half. Gives the CSV.
 */
export async function drawPictures(
  folder: string,
  { order = true, lungs = false, cases = SPLITS as Readonly<Record<string, number>> } = {},
): Promise<string> {
  mkdirSync(join(folder, 'images'), { recursive: true });
  const lines = [
    `image,patient_id,split,${order ? 'order,' : ''}${lungs ? 'lung_mask,' : ''}left,high`,
  ];
  const leftHalf = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Number(i % SIDE < SIDE / 2));
  await writePng(join(folder, 'lungs.png'), { width: SIDE, height: SIDE, pixels: leftHalf });
  let index = 0;
  for (const [split, count] of Object.entries(cases)) {
    for (let n = 0; n < count; n++, index++) {
      const random = new RandomStream(5, 'test pictures', index);
      const [left, high] = [index % 2, (index >> 1) % 2];
      const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
        const near = (at: number, middle: number) => Math.abs(at - middle) < 6;
        const inSpot = near(i % SIDE, left ? 8 : 24) && near(Math.floor(i / SIDE), high ? 8 : 24);
        return 40 + (inSpot ? 150 : 0) + random.integer(30);
      });
      const image = `images/p${index}.png`;
      await writePng(join(folder, image), { width: SIDE, height: SIDE, pixels });
      const place = order ? `${((index * 7) % 28) / 28},` : '';
      lines.push(
        `${image},patient${index >> 1},${split},${place}${lungs ? 'lungs.png,' : ''}${left},${high}`,
      );
    }
  }
  return writeTable(folder, lines);
}

/** Volumes with two bright balls of different brightness, labelled 1 and 3. Gives the CSV. */
export async function drawVolumes(
  folder: string,
  { size = [18, 14, 12], cases = { train: 4, val: 2, test: 3 } } = {},
): Promise<string> {
  for (const part of ['images', 'masks']) mkdirSync(join(folder, part), { recursive: true });
  const lines = ['image,split,label'];
  let index = 0;
  for (const [split, count] of Object.entries(cases)) {
    for (let n = 0; n < count; n++, index++) {
      const { voxels, mask } = drawBalls(index, size);
      const place = { size, spacing: [1, 1, 2], origin: [5, -3, 10] };
      await writeNifti(join(folder, `images/v${index}.nii.gz`), { ...place, voxels });
      await writeNifti(join(folder, `masks/v${index}.nii.gz`), { ...place, voxels: mask });
      lines.push(`images/v${index}.nii.gz,${split},masks/v${index}.nii.gz`);
    }
  }
  return writeTable(folder, lines);
}

function drawBalls(index: number, size: readonly number[]) {
  const random = new RandomStream(6, 'test volumes', index);
  const [X, Y, Z] = size as [number, number, number];
  const voxels = new Float32Array(X * Y * Z);
  const mask = new Uint8Array(voxels.length);
  const centres = [
    { x: X / 4 + random.uniform(-1, 1), label: 1, value: 200 },
    { x: (3 * X) / 4 + random.uniform(-1, 1), label: 3, value: 400 },
  ];
  for (let i = 0; i < voxels.length; i++) {
    const [x, y, z] = [Math.floor(i / (Y * Z)), Math.floor(i / Z) % Y, i % Z];
    voxels[i] = random.uniform(0, 40);
    for (const ball of centres) {
      if (Math.hypot(x - ball.x, y - Y / 2, z - Z / 2) > 3.5) continue;
      voxels[i] = ball.value + random.uniform(0, 40);
      mask[i] = ball.label;
    }
  }
  return { voxels, mask };
}

function writeTable(folder: string, lines: readonly string[]): string {
  const path = join(folder, 'labels.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** A RunIO that remembers what was said, and stops after a number of steps where one is given. */
export function listeningIO(options: { resume?: boolean; stopAfter?: number } = {}) {
  const said: string[] = [];
  let asked = 0;
  const io: RunIO = {
    resume: options.resume ?? false,
    say: (line) => said.push(line),
    warn: (line) => said.push(line),
    progress: () => undefined,
    interrupted: () => options.stopAfter !== undefined && ++asked >= options.stopAfter,
  };
  return { io, said };
}
