import load from '@cornerstonejs/codec-charls/decodewasmjs';
import type { CodecResult, CodecTask } from './codec.js';

const library = load();

/** JPEG-LS with CharLS. */
export async function decode({ bytes }: CodecTask): Promise<CodecResult> {
  const decoder = new (await library).JpegLSDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { bitsPerSample } = decoder.getFrameInfo();
    return {
      bytes: Uint8Array.from(decoder.getDecodedBuffer()),
      bitsAllocated: bitsPerSample > 8 ? 16 : 8,
      precision: bitsPerSample,
      planar: decoder.getInterleaveMode() === 0,
    };
  } finally {
    decoder.delete();
  }
}
