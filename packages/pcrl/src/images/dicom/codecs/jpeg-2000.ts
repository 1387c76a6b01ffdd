import load from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import type { CodecResult, CodecTask } from './codec.js';

const library = load();

/** JPEG 2000, and its high-throughput kind, with OpenJPEG. It prints to standard output. */
export async function decode({ bytes }: CodecTask): Promise<CodecResult> {
  const decoder = new (await library).J2KDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { bitsPerSample } = decoder.getFrameInfo();
    return {
      bytes: Uint8Array.from(decoder.getDecodedBuffer()),
      bitsAllocated: bitsPerSample > 8 ? 16 : 8,
      precision: bitsPerSample,
      planar: false,
    };
  } finally {
    decoder.delete();
  }
}
