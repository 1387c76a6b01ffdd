import { RandomStream } from '@pcrl/torch/random';
import { loadSharp } from '../packages/pcrl/src/images/picture/load-sharp.js';

/**
 * Writes a square 8-bit PNG: a soft film with grain, another for each number.
 *
 * @param rows `'filtered'` as most writers store them: of the real X-rays that were looked at, 99 % of
 *   the rows are so; `'plain'` is what some write for speed
 */
export async function writeFilm(
  path: string,
  { side, number, rows }: { side: number; number: number; rows: 'filtered' | 'plain' },
): Promise<void> {
  const noise = new Float32Array(side * side);
  new RandomStream(2, 'bench', number).fillUniform(noise);
  const pixels = Uint8Array.from(noise, (grain, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    return 128 + 90 * Math.sin(x / 150 + number) * Math.sin(y / 190) + 8 * (grain - 0.5);
  });
  const sharp = await loadSharp();
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png({ adaptiveFiltering: rows === 'filtered' })
    .toFile(path);
}
