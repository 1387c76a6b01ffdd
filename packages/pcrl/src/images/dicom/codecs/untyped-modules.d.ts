// What these packages export, as far as it is used; they come without types of their own.

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): {
      width: number;
      height: number;
      bitsPerSample: number;
      componentCount: number;
    };
    delete(): void;
  }
  export default function load(): Promise<{ J2KDecoder: new () => Decoder }>;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): {
      width: number;
      height: number;
      bitsPerSample: number;
      componentCount: number;
    };
    getInterleaveMode(): number;
    delete(): void;
  }
  export default function load(): Promise<{ JpegLSDecoder: new () => Decoder }>;
}

declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** Rows that were decoded. */
    yLoc: number;
    precision: number;
    decode(buffer: ArrayBuffer, offset: number, length: number): Uint8Array | Uint16Array;
  }
}
