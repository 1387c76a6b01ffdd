/** Size and colours of a picture, from its first bytes. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/**
 * Reads the size of a plain PNG or JPEG without starting a decoder: datasets check thousands.
 * Undefined when the bytes do not say, or say something unusual that a decoder should judge.
 */
export function pictureSize(head: Buffer): PictureSize | undefined {
  switch (head[0]) {
    case 0x89:
      return pngSize(head);
    case 0xff:
      return jpegSize(head);
    default:
      return undefined;
  }
}

/** The signature, then the IHDR chunk, which comes first (PNG specification, 11.2.2). */
const PNG_START = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');

function pngSize(head: Buffer): PictureSize | undefined {
  if (head.length < 33 || !PNG_START.equals(head.subarray(0, PNG_START.length))) return undefined;
  const colourType = head[25]!;
  const grey = colourType === 0 || colourType === 4;
  return sized(head.readUInt32BE(16), head.readUInt32BE(20), grey ? 1 : 3);
}

/** The frame header, SOF0 to SOF2, after any number of other segments (ITU-T T.81, B.2). */
function jpegSize(head: Buffer): PictureSize | undefined {
  let at = head[1] === 0xd8 ? 2 : head.length;
  while (at + 10 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xc2) {
      const components = head[at + 9]!;
      if (components !== 1 && components !== 3) return undefined;
      return sized(head.readUInt16BE(at + 7), head.readUInt16BE(at + 5), components);
    }
    at += 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}

function sized(width: number, height: number, channels: 1 | 3): PictureSize | undefined {
  return width > 0 && height > 0 ? { width, height, channels } : undefined;
}
