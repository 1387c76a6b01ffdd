import { writeWhole } from '../../images/index.js';

/** A square picture of 8-bit greys. */
export interface SquarePicture {
  readonly greys: Uint8Array;
  readonly side: number;
}

/** Writes a grey PNG, or one with four equal-valued channels as a few files of ChestX-ray14 have. */
export async function writePngPicture(
  path: string,
  { greys, side }: SquarePicture,
  channels: 'grey' | 'rgba',
): Promise<void> {
  const { default: sharp } = await import('sharp');
  if (channels === 'grey') {
    const raw = { width: side, height: side, channels: 1 } as const;
    await writeWhole(path, await sharp(greys, { raw }).toColourspace('b-w').png().toBuffer());
    return;
  }
  const colours = new Uint8Array(4 * greys.length);
  greys.forEach((grey, i) => {
    colours.fill(grey, 4 * i, 4 * i + 3);
    colours[4 * i + 3] = 255;
  });
  const raw = { width: side, height: side, channels: 4 } as const;
  await writeWhole(path, await sharp(colours, { raw }).png().toBuffer());
}

/** Writes a grey JPEG, a part of the picture: `left`, `top`, `width`, `height` in pixels. */
export async function writeJpegPicture(
  path: string,
  { greys, side }: SquarePicture,
  part: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>,
): Promise<void> {
  const { default: sharp } = await import('sharp');
  const raw = { width: side, height: side, channels: 1 } as const;
  const picture = sharp(greys, { raw }).extract(part).toColourspace('b-w');
  await writeWhole(path, await picture.jpeg({ quality: 90 }).toBuffer());
}
