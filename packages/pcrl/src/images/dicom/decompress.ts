import { inflateRawSync } from 'node:zlib';
import type { CodecName } from './codecs/codec.js';
import { decodeApart } from './codecs/codec-pool.js';
import { codestreamHeader } from './codestream.js';
import { FrameDamage } from './frame-damage.js';
import { frameBytes } from './pixel-format.js';
import { decodeRle } from './rle.js';
import type { ImageFile } from './slices.js';
import type { RawFrame } from './unpack.js';

/**
 * Decompresses one frame.
 *
 * @throws Error in words about the frame; the caller adds the file
 */
export async function decompress(file: ImageFile, bytes: Buffer): Promise<RawFrame> {
  const { format, syntax } = file;
  const { packing } = syntax;
  switch (packing) {
    case 'rle': {
      const pixels = format.columns * format.rows;
      if (format.bitsAllocated === 1) throw new FrameDamage('RLE of single bits is not read');
      const width = format.bitsAllocated / 8;
      const planes = decodeRle(bytes, pixels, format.samples, width);
      return { ...format, bytes: planes, littleEndian: true, planar: true };
    }
    case 'deflated-frames': {
      const limit = { maxOutputLength: frameBytes(format) + 1 };
      return { ...format, bytes: inflateRawSync(bytes, limit), littleEndian: true };
    }
    case 'native':
      return { ...format, bytes, littleEndian: syntax.littleEndian };
    default:
      return decodeWithCodec(file, packing, bytes);
  }
}

async function decodeWithCodec(
  file: ImageFile,
  codec: CodecName,
  bytes: Buffer,
): Promise<RawFrame> {
  const { format } = file;
  const { precision } = checkCodestream(file, bytes);
  if (codec === 'jpeg' && precision !== 8) {
    throw new FrameDamage(`JPEG of ${precision} bits is not read, only of 8`);
  }
  const { bitsStored, highBit } = format;
  const rgb = format.photometric === 'RGB';
  const decoded = await decodeApart({ codec, bytes, rgb });
  // JPEG 2000 codestreams know their own precision, and it often differs from the DICOM header's.
  const precise = { bitsStored: decoded.precision, highBit: decoded.precision - 1 };
  return {
    bytes: Buffer.from(decoded.bytes.buffer, decoded.bytes.byteOffset, decoded.bytes.byteLength),
    bitsAllocated: decoded.bitsAllocated,
    littleEndian: true,
    planar: decoded.planar,
    ...(codec === 'jpeg-2000' ? precise : { bitsStored, highBit }),
  };
}

/** A decoder is asked only for the pixels that the DICOM header calls for. */
function checkCodestream({ format }: ImageFile, bytes: Buffer): { precision: number } {
  const found = codestreamHeader(bytes);
  if (!found) throw new FrameDamage('the compressed stream has no readable header');
  const [mine, theirs] = [format, found].map(
    ({ columns, rows, samples }) => `${columns} x ${rows} x ${samples}`,
  );
  if (mine !== theirs) {
    throw new FrameDamage(`the compressed stream is ${theirs}, the DICOM header says ${mine}`);
  }
  if (found.precision > 16) throw new FrameDamage(`${found.precision} bits a sample are not read`);
  return found;
}
