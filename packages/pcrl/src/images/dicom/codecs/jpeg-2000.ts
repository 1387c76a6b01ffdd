import load from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import type { CodecResult, CodecTask } from './codec.js';

const library = load();

/** JPEG 2000, and its high-throughput kind, with OpenJPEG. It prints to standard output. */
export async function decode({ bytes: encoded }: CodecTask): Promise<CodecResult> {
  const decoder = new (await library).J2KDecoder();
  try {
    decoder.getEncodedBuffer(encoded.length).set(encoded);
    decoder.decode();
    const { bitsPerSample } = decoder.getFrameInfo();
    const bytes = Uint8Array.from(decoder.getDecodedBuffer());
    // OpenJPEG prints what is wrong, which nobody sees, and decodes nothing.
    if (bytes.length === 0) throw new Error('the decoder gave up');
    return {
      bytes,
      bitsAllocated: bitsPerSample > 8 ? 16 : 8,
      precision: bitsPerSample,
      planar: false,
    };
  } finally {
    decoder.delete();
  }
}
