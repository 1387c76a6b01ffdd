import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImageError } from '../../errors.js';
import { gunzipHead, isGzip, readBytes, readHead } from '../bytes.js';
import { compressedVolume, TRAILING_BYTES } from '../compressed-volume.js';
import type { ImageFormat } from '../format.js';
import type { Image, ImageHeader } from '../image.js';
import { volumeHeader, volumeImage } from '../volume.js';
import { isInteger, viewVoxels } from '../voxel-type.js';
import { parseNiftiHeader } from './header.js';

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
  if (isGzip(stored)) {
    return compressedVolume(path, stored, { ...header, kind: 'gzip', trailing: TRAILING_BYTES });
  }
  const voxels = viewVoxels(path, stored, header);
  return volumeImage(path, { ...header, voxels, integer: isInteger(header.type) });
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
