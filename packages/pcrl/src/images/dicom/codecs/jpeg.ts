import sharp from 'sharp';
import type { CodecResult, CodecTask } from './codec.js';

/** JPEG of 8 bits with libjpeg-turbo, through sharp. Colours come out as RGB. */
export async function decode({ bytes, rgb }: CodecTask): Promise<CodecResult> {
  const image = sharp(rgb ? markedRgb(bytes) : bytes, { failOn: 'error', ignoreIcc: true });
  const { space } = await image.metadata();
  const { data } = await image
    .toColourspace(space === 'b-w' ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, bitsAllocated: 8, precision: 8, planar: false };
}

/** The Adobe marker segment (APP14) with colour transform 0: the components are RGB. */
const ADOBE_RGB = Buffer.from('ffee000e41646f626500640000000000', 'hex');

/**
 * A JPEG without a JFIF or a whole Adobe segment does not say what its three components are, and
 * decoders take them for YCbCr; the DICOM header knows better.
 */
function markedRgb(bytes: Uint8Array): Uint8Array {
  const [, , , marker, high = 0, low = 0] = bytes;
  const jfif = marker === 0xe0;
  const adobe = marker === 0xee && high * 256 + low >= ADOBE_RGB.length - 2;
  if (jfif || adobe) return bytes;
  return Buffer.concat([bytes.subarray(0, 2), ADOBE_RGB, bytes.subarray(2)]);
}
