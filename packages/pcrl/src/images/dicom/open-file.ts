import { open } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { ImageError } from '../../errors.js';
import { unreadable } from '../bytes.js';
import type { DataSet } from './data-set.js';
import { MoreBytesNeeded, type PixelElement, parseHeader, parseMeta } from './elements.js';
import { IMPLICIT_LITTLE_ENDIAN, type TransferSyntax, transferSyntax } from './transfer-syntax.js';

/** A file's attributes, and where its pixels are. */
export interface OpenedFile {
  readonly path: string;
  readonly data: DataSet;
  readonly syntax: TransferSyntax;
  readonly pixels: PixelElement | undefined;
  /** Bytes of the file, or of the inflated file where it is deflated. */
  readonly size: number;
  /** When the file was last written, in milliseconds. */
  readonly modified: number;
  /** Where the data set starts, after the file's meta header. */
  readonly dataSetStart: number;
}

const PREAMBLE = 128;
const MAGIC = 'DICM';
/** Headers of CT and MR slices fit; longer ones are read again in larger pieces. */
const FIRST_READ = 16_384;
const NEXT_READ = 8;
/** Pixel data of a deflated file must be inflated with its header: a bound for hostile ones. */
const MAX_INFLATED = 1 << 28;
/** A header of 100,000 frames has about this many bytes. */
const MAX_HEADER = 1 << 28;

/** Whether bytes start as DICOM files do: 128 bytes of anything, then `DICM`. */
export function hasDicomMagic(head: Buffer): boolean {
  return head.toString('latin1', PREAMBLE, PREAMBLE + 4) === MAGIC;
}

/**
 * Reads a DICOM file's header, without its pixels.
 *
 * @throws ImageError when it is missing, no DICOM file (PS3.10), damaged, or in an unknown transfer
 *   syntax
 */
export async function openDicom(path: string): Promise<OpenedFile> {
  const opened = await openIfDicom(path);
  if (opened) return opened;
  throw new ImageError(
    path,
    'no DICOM file: "DICM" is not at byte 128',
    'Data sets without the file header of DICOM PS3.10 are not read; export the image again.',
  );
}

/** As {@link openDicom}, but undefined for files of other kinds. */
export async function openIfDicom(path: string): Promise<OpenedFile | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const { size, mtimeMs: modified } = await file.stat();
    let bytes = Buffer.alloc(0);
    for (let want = FIRST_READ; ; want *= NEXT_READ) {
      const length = Math.min(want, size, MAX_HEADER);
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, 0);
      if (bytesRead <= bytes.length && bytes.length > 0) throw endless(path, bytesRead);
      bytes = buffer.subarray(0, bytesRead);
      if (!hasDicomMagic(bytes)) return undefined;
      try {
        return { ...parse(path, bytes, size), modified };
      } catch (error) {
        if (!(error instanceof MoreBytesNeeded)) throw error;
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

/** The bytes of a deflated file as if it were not: its meta header, then the inflated data set. */
export function inflateDataSet(path: string, bytes: Buffer, start: number): Buffer {
  try {
    const inflated = inflateRawSync(bytes.subarray(start), { maxOutputLength: MAX_INFLATED });
    return Buffer.concat([bytes.subarray(0, start), inflated]);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const reason = `the deflated data set from byte ${start} cannot be inflated (${words})`;
    throw new ImageError(path, reason, 'Copy or download the file again.', { cause: error });
  }
}

function parse(path: string, bytes: Buffer, size: number): Omit<OpenedFile, 'modified'> {
  const meta = parseMeta(path, bytes, PREAMBLE + MAGIC.length, size);
  const uid = meta.data.text('transferSyntax') ?? IMPLICIT_LITTLE_ENDIAN;
  const syntax = transferSyntax(uid);
  if (!syntax) {
    throw new ImageError(
      path,
      `its transfer syntax ${uid} is not read`,
      'Convert it, for example with gdcmconv --raw.',
    );
  }
  const place = { path, syntax, dataSetStart: meta.end };
  if (!syntax.deflated) {
    return { ...place, size, ...parseHeader(path, bytes, meta.end, size, syntax) };
  }
  if (bytes.length < size) throw new MoreBytesNeeded();
  const inflated = inflateDataSet(path, bytes, meta.end);
  const inner = parseHeader(path, inflated, meta.end, inflated.length, syntax);
  return { ...place, size: inflated.length, ...inner };
}

function endless(path: string, bytes: number): ImageError {
  return new ImageError(
    path,
    `its header does not end within ${bytes.toLocaleString('en')} bytes`,
    'Copy or download the file again.',
  );
}
