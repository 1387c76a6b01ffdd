import { ImageError } from '../../errors.js';
import { countVoxels } from '../voxel-type.js';
import type { OpenedFile } from './open-file.js';
import type { TagName } from './tags.js';

/** What a pixel's numbers mean (PS3.3, C.7.6.3.1.2), as far as reading needs to know. */
export type Photometric = 'MONOCHROME1' | 'MONOCHROME2' | 'PALETTE COLOR' | 'RGB' | 'YBR';

/** How the pixels of a file are stored. */
export interface PixelFormat {
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  /** 1 for grey and palettes, 3 for colour. */
  readonly samples: 1 | 3;
  readonly photometric: Photometric;
  /** Colour as three planes, one after the other, not pixel by pixel. */
  readonly planar: boolean;
  /** Two neighbours in a row share their chroma (YBR_FULL_422). */
  readonly halvedChroma: boolean;
  readonly kind: 'integer' | 'float' | 'double';
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

const PHOTOMETRICS: Readonly<Record<string, Photometric>> = {
  MONOCHROME1: 'MONOCHROME1',
  MONOCHROME2: 'MONOCHROME2',
  'PALETTE COLOR': 'PALETTE COLOR',
  RGB: 'RGB',
  YBR_FULL: 'YBR',
  YBR_FULL_422: 'YBR',
  // These two are RGB again after decoding JPEG 2000.
  YBR_RCT: 'RGB',
  YBR_ICT: 'RGB',
};

const MAX_FRAMES = 100_000;

/** @throws ImageError when a file holds no pixels, or stores them in a way that is not read. */
export function pixelFormat({ path, data, pixels }: OpenedFile): PixelFormat {
  const kind = pixels?.kind;
  if (!kind) {
    const modality = data.text('modality');
    const what = modality ? `a DICOM object of modality ${modality} without pixels` : 'no pixels';
    throw new ImageError(path, `holds no image: ${what}`, 'Leave it out.');
  }

  const number = (name: TagName, otherwise?: number): number => {
    const value = data.integers(name)?.[0] ?? otherwise;
    if (value !== undefined) return value;
    throw new ImageError(path, `the header does not give ${name}`, 'Export the image again.');
  };
  const rows = number('rows');
  const columns = number('columns');
  const frames = data.decimals('frames')?.[0] ?? 1;
  const samples = number('samplesPerPixel', 1);
  const bitsAllocated = number('bitsAllocated');
  const bitsStored = number('bitsStored', bitsAllocated);
  const highBit = number('highBit', bitsStored - 1);
  const named = data.text('photometric') ?? 'MONOCHROME2';
  const photometric = PHOTOMETRICS[named];

  countVoxels(path, [columns, rows, frames, samples]);
  require(path, frames <= MAX_FRAMES, `has ${frames} frames; up to ${MAX_FRAMES} are read`);
  require(path, photometric !== undefined, `its pixels are ${named}, which is not read`);
  require(path, samples === 1 || samples === 3, `has ${samples} samples a pixel; 1 and 3 are read`);
  const colour = photometric === 'RGB' || photometric === 'YBR';
  require(path, (samples === 3) === colour, `has ${samples} samples a pixel, but is ${named}`);
  require(path, isAllocation(kind, bitsAllocated), `has ${bitsAllocated} bits for a ${kind} pixel`);
  require(path, bitsStored >= 1 &&
    bitsStored <= highBit + 1 &&
    highBit <
      bitsAllocated, `stores ${bitsStored} bits up to bit ${highBit} in ${bitsAllocated}, which does not fit`);
  const colourBits = photometric === 'YBR' ? 8 : 16;
  require(path, samples === 1 ||
    (kind === 'integer' &&
      bitsAllocated >= 8 &&
      bitsAllocated <=
        colourBits), `has ${bitsAllocated} bits a sample; ${named} is read up to ${colourBits}`);
  return {
    rows,
    columns,
    frames,
    samples: samples as 1 | 3,
    photometric: photometric!,
    planar: number('planar', 0) === 1,
    halvedChroma: named === 'YBR_FULL_422',
    kind,
    bitsAllocated: bitsAllocated as PixelFormat['bitsAllocated'],
    bitsStored,
    highBit,
    signed: number('signed', 0) === 1,
  };
}

function isAllocation(kind: PixelFormat['kind'], bits: number): boolean {
  if (kind === 'float') return bits === 32;
  if (kind === 'double') return bits === 64;
  return bits === 1 || bits === 8 || bits === 16 || bits === 32;
}

function require(path: string, fine: boolean, reason: string): void {
  if (!fine) throw new ImageError(path, reason, 'Convert it, for example with gdcmconv.');
}

/** Bytes of one frame where it is stored without compression; rounded up where pixels are bits. */
export function frameBytes(format: PixelFormat): number {
  const { columns, rows, samples, bitsAllocated, halvedChroma } = format;
  const values = columns * rows * (halvedChroma ? 2 : samples);
  return Math.ceil((values * bitsAllocated) / 8);
}
