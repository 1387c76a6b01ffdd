import type { Packing } from '../transfer-syntax.js';

/** Packings whose decoders are other people's code, and run in a process of their own. */
export type CodecName = Exclude<Packing, 'native' | 'rle' | 'deflated-frames'>;

export interface CodecTask {
  readonly codec: CodecName;
  readonly bytes: Uint8Array;
  /** The DICOM header says RGB: JPEG's usual YCbCr is not assumed. */
  readonly rgb: boolean;
}

/** Decoded samples, little endian. */
export interface CodecResult {
  readonly bytes: Uint8Array;
  readonly bitsAllocated: 8 | 16;
  /** Significant bits, from the lowest. */
  readonly precision: number;
  readonly planar: boolean;
}

/** One codec: a file that exports `decode`. */
export type Decode = (task: CodecTask) => Promise<CodecResult>;
