import { Decoder } from 'jpeg-lossless-decoder-js';
import type { CodecResult, CodecTask } from './codec.js';

/** JPEG Lossless (process 14) with jpeg-lossless-decoder-js. */
export async function decode({ bytes }: CodecTask): Promise<CodecResult> {
  const decoder = new Decoder();
  const buffer = Uint8Array.from(bytes).buffer;
  const values = decoder.decode(buffer, 0, bytes.length);
  return {
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    bitsAllocated: values.BYTES_PER_ELEMENT === 2 ? 16 : 8,
    precision: decoder.precision,
    planar: false,
  };
}
