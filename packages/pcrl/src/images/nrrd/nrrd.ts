import { inflate, isGzip, readBytes, readHead } from '../bytes.js';
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

/** Bytes that may follow the voxels inside a gzip stream before it counts as damaged. */
const TRAILING_BYTES = 1 << 20;

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
  const voxels = storedVoxels(path, header, afterLines(stored, header.lineSkip));
  const integer = isInteger(header.type);
  return volumeImage(path, { ...header, voxels, slope: 1, intercept: 0, integer });
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
  const need = count * voxelBytes(header.type);
  const end = Math.max(0, header.byteSkip) + need;
  const zipped = header.encoding === 'gzip' || isGzipDataFile(header, stored);
  const data = zipped
    ? inflate(path, stored, { kind: 'gzip', expected: end, limit: end + TRAILING_BYTES })
    : stored;
  // -1 means that the voxels are the last bytes.
  const offset = header.byteSkip === -1 ? Math.max(0, data.length - need) : header.byteSkip;
  return viewVoxels(path, data, { ...header, offset });
}

/** Some writers gzip the data file and say "raw": the name and the bytes tell. */
function isGzipDataFile({ dataPath }: NrrdHeader, stored: Buffer): boolean {
  return /\.gz$/i.test(dataPath ?? '') && isGzip(stored);
}

function afterLines(bytes: Buffer, lines: number): Buffer {
  let start = 0;
  for (let line = 0; line < lines && start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    start = newline === -1 ? bytes.length : newline + 1;
  }
  return bytes.subarray(start);
}
