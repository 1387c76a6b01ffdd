/** What a compressed frame says of itself. */
export interface CodestreamHeader {
  readonly columns: number;
  readonly rows: number;
  readonly samples: number;
  readonly precision: number;
}

/**
 * Reads the size from the first bytes of a JPEG, JPEG-LS or JPEG 2000 codestream, so that a decoder
 * is never asked for more memory than the DICOM header calls for. Undefined where there is none.
 */
export function codestreamHeader(bytes: Buffer): CodestreamHeader | undefined {
  if (bytes.length < 4) return undefined;
  const start = bytes.readUInt16BE(0);
  if (start === 0xffd8) return jpegHeader(bytes);
  if (start === 0xff4f) return jpeg2000Header(bytes);
  // A whole .jp2 file; only the codestream in it is meant to be here, but both occur.
  const inside = bytes.subarray(0, 4096).indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  return inside < 0 ? undefined : jpeg2000Header(bytes.subarray(inside));
}

/** SOF0 to SOF15, without the three of them that are other markers, and SOF55 of JPEG-LS. */
function isFrameMarker(marker: number): boolean {
  if (marker === 0xf7) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function jpegHeader(bytes: Buffer): CodestreamHeader | undefined {
  for (let at = 2; at + 10 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isFrameMarker(marker)) {
      return {
        precision: bytes[at + 4]!,
        rows: bytes.readUInt16BE(at + 5),
        columns: bytes.readUInt16BE(at + 7),
        samples: bytes[at + 9]!,
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** The SIZ marker segment (ISO/IEC 15444-1, A.5.1). */
function jpeg2000Header(bytes: Buffer): CodestreamHeader | undefined {
  if (bytes.length < 43 || bytes.readUInt16BE(2) !== 0xff51) return undefined;
  return {
    columns: bytes.readUInt32BE(8) - bytes.readUInt32BE(16),
    rows: bytes.readUInt32BE(12) - bytes.readUInt32BE(20),
    samples: bytes.readUInt16BE(40),
    precision: (bytes[42]! & 0x7f) + 1,
  };
}
