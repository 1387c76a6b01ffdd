import { FrameDamage } from './frame-damage.js';

const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

/**
 * Decodes one RLE Lossless frame (PS3.5, annex G): a segment for each byte of each sample, highest
 * byte first, packed with PackBits.
 *
 * @returns the samples as planes, each value in little-endian order
 * @throws FrameDamage when segments are missing, cut short, or do not fill the frame
 */
export function decodeRle(
  frame: Buffer,
  pixels: number,
  samples: number,
  bytesPerSample: number,
): Buffer {
  const count = frame.length >= HEADER_BYTES ? frame.readUInt32LE(0) : 0;
  if (count !== samples * bytesPerSample || count > MAX_SEGMENTS) {
    throw new FrameDamage(`${count} RLE segments where ${samples * bytesPerSample} are needed`);
  }
  const target = Buffer.alloc(pixels * count);
  for (let segment = 0; segment < count; segment++) {
    const start = frame.readUInt32LE(4 + segment * 4);
    const next = segment + 1 < count ? frame.readUInt32LE(8 + segment * 4) : frame.length;
    if (start < HEADER_BYTES || next > frame.length || next < start) {
      throw new FrameDamage(`RLE segment ${segment} lies at bytes ${start} to ${next}`);
    }
    const sample = Math.floor(segment / bytesPerSample);
    const significance = bytesPerSample - 1 - (segment % bytesPerSample);
    const first = sample * pixels * bytesPerSample + significance;
    unpackBits(frame.subarray(start, next), target, first, bytesPerSample, pixels);
  }
  return target;
}

/** PackBits: a count below 128 copies count + 1 bytes, one above repeats the next 257 - count times. */
function unpackBits(
  source: Buffer,
  target: Buffer,
  first: number,
  step: number,
  count: number,
): void {
  let from = 0;
  let done = 0;
  while (done < count) {
    if (from >= source.length) throw new FrameDamage(`RLE ends after ${done} of ${count} pixels`);
    const code = source[from++]!;
    if (code === 128) continue;
    const repeat = code > 128;
    const length = Math.min(repeat ? 257 - code : code + 1, count - done);
    if (from + (repeat ? 1 : length) > source.length) {
      throw new FrameDamage(`RLE ends within a run, after ${done} of ${count} pixels`);
    }
    let to = first + done * step;
    for (let index = 0; index < length; index++, to += step) {
      target[to] = source[repeat ? from : from + index]!;
    }
    from += repeat ? 1 : code + 1;
    done += length;
  }
}
