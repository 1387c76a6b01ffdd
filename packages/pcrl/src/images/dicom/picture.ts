import { ImageError } from '../../errors.js';
import { type Image, type ImageHeader, sharedVoxels } from '../image.js';
import { LUMA } from '../picture/stored-picture.js';
import type { StoredVoxels } from '../voxel-type.js';
import { readFrames } from './frames.js';
import type { Palette } from './palette.js';
import type { PixelFormat } from './pixel-format.js';
import type { ImageFile, Slice } from './slices.js';
import { storedArray } from './unpack.js';
import { windowBounds } from './window.js';

/** What is known of a single-frame image (a radiograph, an ultrasound frame) without its pixels. */
export function dicomPictureHeader({ path, format, palette, slices }: ImageFile): ImageHeader {
  if (format.frames > 1) {
    throw new ImageError(
      path,
      `holds ${format.frames} frames without places in the patient: a film, not a volume`,
      'Export the frames as single images.',
    );
  }
  if (format.kind !== 'integer') {
    const reason = `its pixels are of type ${format.kind} and have no place in a volume`;
    throw new ImageError(path, reason, 'Convert it to whole numbers.');
  }
  const [rows, columns] = slices[0]!.pixelSpacing ?? [1, 1];
  return {
    path,
    channels: format.samples === 3 || palette ? 3 : 1,
    size: [format.columns, format.rows],
    spacing: [columns, rows],
    origin: [0, 0],
    direction: [1, 0, 0, 1],
  };
}

/**
 * Reads a single-frame image, as pictures are: values scaled by bit depth to `[0, 1]`, brighter is
 * more. This is the one place where MONOCHROME1 (0 is white) is inverted.
 *
 * @throws ImageError when it has several frames, or its pixels cannot be read
 */
export async function readDicomPicture(file: ImageFile, colour: 'grey' | 'keep'): Promise<Image> {
  const header = dicomPictureHeader(file);
  const { format, palette, slices } = file;
  const stored = storedArray(format, format.columns * format.rows);
  await readFrames(file, [{ frame: 0, target: stored }]);
  if (header.channels === 3) {
    const rgb = palette ? paletteColours(stored, palette) : storedColours(stored, format);
    const channels = colour === 'keep' ? 3 : 1;
    return { ...header, channels, unit: 'arbitrary', voxels: planes(rgb, channels) };
  }
  const scale = depthScale(format, slices[0]!);
  const voxels = sharedVoxels(stored.length);
  for (let at = 0; at < stored.length; at++) voxels[at] = scale(stored[at]!);
  return { ...header, unit: 'arbitrary', voxels, window: pictureWindow(slices[0]!, scale, voxels) };
}

/** From stored numbers to `[0, 1]`. */
function depthScale({ bitsStored, signed, photometric }: PixelFormat, { slope }: Slice) {
  const range = 2 ** bitsStored - 1;
  const lowest = signed ? -(2 ** (bitsStored - 1)) : 0;
  const inverted = (photometric === 'MONOCHROME1') !== slope < 0;
  return (stored: number) => {
    const share = Math.min(1, Math.max(0, (stored - lowest) / range));
    return inverted ? 1 - share : share;
  };
}

/** The file's window in the voxels' terms; where there is none, from the lowest to the highest. */
function pictureWindow(
  { window, slope, intercept }: Slice,
  scale: (stored: number) => number,
  voxels: Float32Array,
): { low: number; high: number } {
  if (window && slope !== 0) {
    const { low, high } = windowBounds(window);
    const ends = [low, high].map((value) => scale((value - intercept) / slope));
    const [first, second] = ends.sort((a, b) => a - b) as [number, number];
    if (first < second) return { low: first, high: second };
  }
  let [low, high] = [1, 0];
  for (const value of voxels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Three values in `[0, 1]` a pixel. */
function storedColours(stored: StoredVoxels, { bitsStored }: PixelFormat): Float32Array {
  const highest = 2 ** bitsStored - 1;
  const shares = new Float32Array(stored.length);
  for (let at = 0; at < stored.length; at++) shares[at] = stored[at]! / highest;
  return shares;
}

function paletteColours(stored: StoredVoxels, { first, red, green, blue }: Palette): Float32Array {
  const last = red.length - 1;
  const rgb = new Float32Array(stored.length * 3);
  for (let pixel = 0; pixel < stored.length; pixel++) {
    const entry = Math.min(last, Math.max(0, stored[pixel]! - first));
    rgb.set([red[entry]!, green[entry]!, blue[entry]!], pixel * 3);
  }
  return rgb;
}

/** Colours as three planes, or as one of luma. */
function planes(rgb: Float32Array, channels: 1 | 3): Float32Array {
  const pixels = rgb.length / 3;
  const target = sharedVoxels(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [red, green, blue] = [rgb[pixel * 3]!, rgb[pixel * 3 + 1]!, rgb[pixel * 3 + 2]!];
    if (channels === 3) {
      target[pixel] = red;
      target[pixels + pixel] = green;
      target[2 * pixels + pixel] = blue;
    } else if (red === green && green === blue) target[pixel] = red;
    else target[pixel] = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
  }
  return target;
}
