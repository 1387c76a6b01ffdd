import { inflate, isGzip, readBytes, readHead } from '../bytes.js';
import { compressedVolume, TRAILING_BYTES } from '../compressed-volume.js';
import { readDataFile } from '../detached-data.js';
import type { ImageFormat } from '../format.js';
import type { Image, ImageHeader } from '../image.js';
import { volumeHeader, volumeImage } from '../volume.js';
import {
  countVoxels,
  isInteger,
  type StoredVoxels,
  viewVoxels,
  voxelBytes,
} from '../voxel-type.js';
import { HEADER_LIMIT } from './fields.js';
import { type NrrdHeader, parseNrrdHeader } from './header.js';
import { hexVoxels, textVoxels } from './text-voxels.js';

/** NRRD: .nrrd in one file, .nhdr with its data file beside it; raw, gzip, text or hexadecimal. */
export const nrrd: ImageFormat = {
  name: 'NRRD',
  extensions: ['.nrrd', '.nhdr'],
  dimensions: 3,
  read: readNrrd,
  readHeader: readNrrdHeader,
};

async function readNrrd(path: string): Promise<Image> {
  const bytes = await readBytes(path);
  const header = parseNrrdHeader(path, bytes);
  const stored = header.dataPath
    ? await readDataFile(path, header.dataPath)
    : bytes.subarray(header.headerEnd);
  const data = afterLines(stored, header.lineSkip);
  const values = { ...header, slope: 1, intercept: 0 };
  const isZipped = header.encoding === 'gzip' || isGzipDataFile(header, data);
  if (isZipped && header.byteSkip >= 0) {
    const place = { kind: 'gzip', offset: header.byteSkip, trailing: TRAILING_BYTES } as const;
    return compressedVolume(path, data, { ...values, ...place });
  }
  const voxels = storedVoxels(path, header, isZipped ? inflatedToEnd(path, header, data) : data);
  return volumeImage(path, { ...values, voxels, integer: isInteger(header.type) });
}

async function readNrrdHeader(path: string): Promise<ImageHeader> {
  return volumeHeader(path, parseNrrdHeader(path, await readHead(path, HEADER_LIMIT)));
}

function storedVoxels(path: string, header: NrrdHeader, stored: Buffer): StoredVoxels {
  const count = countVoxels(path, header.size);
  switch (header.encoding) {
    case 'text':
      return textVoxels(path, stored, count);
    case 'hex':
      return viewVoxels(path, hexVoxels(path, stored), { ...header, offset: 0 });
  }
  // -1 means that the voxels are the last bytes.
  const need = count * voxelBytes(header.type);
  const offset = header.byteSkip === -1 ? Math.max(0, stored.length - need) : header.byteSkip;
  return viewVoxels(path, stored, { ...header, offset });
}

/** Where the voxels are the last bytes, the others must be inflated to know where they start. */
function inflatedToEnd(path: string, { size, type }: NrrdHeader, stored: Buffer): Buffer {
  const expected = countVoxels(path, size) * voxelBytes(type);
  return inflate(path, stored, { kind: 'gzip', expected, limit: expected + TRAILING_BYTES });
}

/** Some writers gzip the data file and say "raw": the name and the bytes tell. */
function isGzipDataFile({ encoding, dataPath }: NrrdHeader, stored: Buffer): boolean {
  return encoding === 'raw' && /\.gz$/i.test(dataPath ?? '') && isGzip(stored);
}

function afterLines(bytes: Buffer, lines: number): Buffer {
  let start = 0;
  for (let line = 0; line < lines && start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    start = newline === -1 ? bytes.length : newline + 1;
  }
  return bytes.subarray(start);
}
