/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** A small colour picture in memory: RGB, row by row from the top. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A picture of one colour. */
export function blankRaster(width: number, height: number, colour: Colour): Raster {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colour[(i % 3) as 0 | 1 | 2];
  return { width, height, pixels };
}

/** The picture as the bytes of a PNG file. */
export async function encodePng({ width, height, pixels }: Raster): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Mixes `colour` into a pixel in place; outside the picture nothing happens. */
export function mixPixel(raster: Raster, x: number, y: number, colour: Colour, opacity = 1): void {
  if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) return;
  const at = (y * raster.width + x) * 3;
  for (const channel of [0, 1, 2] as const) {
    const before = raster.pixels[at + channel]!;
    raster.pixels[at + channel] = Math.round(before + (colour[channel] - before) * opacity);
  }
}

/** Copies `source` into `target` in place, its upper left corner at (x, y). */
export function pasteRaster(target: Raster, source: Raster, x: number, y: number): void {
  const columns = Math.min(source.width, target.width - x);
  for (let row = 0; row < source.height && y + row < target.height; row++) {
    const from = row * source.width * 3;
    target.pixels.set(
      source.pixels.subarray(from, from + columns * 3),
      ((y + row) * target.width + x) * 3,
    );
  }
}

/** A copy that may be drawn upon. */
export function copyRaster(raster: Raster): Raster {
  return { ...raster, pixels: raster.pixels.slice() };
}
