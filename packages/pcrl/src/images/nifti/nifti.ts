import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImageError } from '../../errors.js';
import {
  gunzipHead,
  inflate,
  inflatePieces,
  isGzip,
  newBytes,
  readBytes,
  readHead,
} from '../bytes.js';
import type { ImageFormat } from '../format.js';
import type { Image, ImageHeader } from '../image.js';
import { guessedUnit, VolumeFromSlabs, volumeHeader, volumeImage } from '../volume.js';
import { countVoxels, isInteger, viewVoxels, voxelBytes } from '../voxel-type.js';
import { type NiftiHeader, parseNiftiHeader } from './header.js';

/** Bytes that may follow the voxels inside a gzip stream before it counts as damaged. */
const TRAILING_BYTES = 1 << 20;

/** Larger volumes are inflated and put in order slab by slab. */
const SLAB_BYTES = 1 << 24;

const PAIR = /\.hdr(\.gz)?$/i;

/** NIfTI-1 and NIfTI-2, one file or a .hdr/.img pair, plain or gzipped (told by bytes, not names). */
export const nifti: ImageFormat = {
  name: 'NIfTI',
  extensions: ['.nii', '.nii.gz', '.hdr', '.hdr.gz'],
  companions: ['.img', '.img.gz'],
  dimensions: 3,
  read: readNifti,
  readHeader: readNiftiHeader,
};

async function readNifti(path: string): Promise<Image> {
  const pair = PAIR.test(path);
  const bytes = await readBytes(path);
  const header = parseNiftiHeader(path, unzippedHead(path, bytes), pair);
  const stored = pair ? await readPartner(path) : bytes;
  const end = header.offset + countVoxels(path, header.size) * voxelBytes(header.type);
  const zipped = isGzip(stored);
  if (zipped && end > SLAB_BYTES) return readSlabs(path, stored, header, end);
  const data = zipped
    ? inflate(path, stored, { kind: 'gzip', expected: end, limit: end + TRAILING_BYTES })
    : stored;
  const voxels = viewVoxels(path, data, header);
  return volumeImage(path, { ...header, voxels, integer: isInteger(header.type) });
}

async function readSlabs(
  path: string,
  stored: Buffer,
  header: NiftiHeader,
  end: number,
): Promise<Image> {
  const [width, height, depth] = header.size as [number, number, number];
  const sliceBytes = width * height * voxelBytes(header.type);
  const slices = Math.min(depth, Math.max(1, Math.floor(SLAB_BYTES / sliceBytes)));
  const volume = new VolumeFromSlabs(path, header);
  const buffer = newBytes(slices * sliceBytes);
  let skip = header.offset;
  let filled = 0;
  let first = 0;
  const addSlab = () => {
    const count = Math.floor(filled / sliceBytes);
    const layout = { ...header, offset: 0, size: [width, height, count] };
    const voxels = viewVoxels(path, buffer, layout);
    volume.add({ ...header, voxels, first });
    first += count;
    filled = 0;
  };
  const stream = { kind: 'gzip', expected: end, limit: end + TRAILING_BYTES } as const;
  for await (const piece of inflatePieces(path, stored, stream)) {
    let from = Math.min(skip, piece.length);
    skip -= from;
    while (from < piece.length && first < depth) {
      const room = Math.min(slices, depth - first) * sliceBytes;
      const copied = piece.copy(buffer, filled, from, from + room - filled);
      from += copied;
      filled += copied;
      if (filled === room) addSlab();
    }
  }
  if (first < depth) {
    const reached = header.offset + first * sliceBytes + filled;
    throw new ImageError(
      path,
      `cut short: the voxels end at byte ${end}, but the data end at byte ${reached}`,
      'Copy or download the file again.',
    );
  }
  return volume.image(guessedUnit(isInteger(header.type), volume.voxels));
}

async function readNiftiHeader(path: string): Promise<ImageHeader> {
  const head = unzippedHead(path, await readHead(path));
  return volumeHeader(path, parseNiftiHeader(path, head, PAIR.test(path)));
}

function unzippedHead(path: string, bytes: Buffer): Buffer {
  return isGzip(bytes) ? gunzipHead(path, bytes) : bytes;
}

/** The .img or .img.gz of a .hdr, whichever case its ending is written in. */
async function readPartner(path: string): Promise<Buffer> {
  const folder = dirname(path);
  const stem = basename(path).replace(PAIR, '');
  const names = await readdir(folder);
  const partner = names.find(
    (name) => name.startsWith(stem) && /^\.img(\.gz)?$/i.test(name.slice(stem.length)),
  );
  if (partner !== undefined) return readBytes(join(folder, partner));
  throw new ImageError(
    path,
    `its voxels, ${stem}.img or ${stem}.img.gz, are not beside it`,
    'Keep the .hdr and the .img together.',
  );
}
