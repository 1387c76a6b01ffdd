import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../../src/errors.js';
import { type Image, listSeries, readImage, readImageHeader } from '../../../src/images/index.js';
import { pythonLacks } from '../../python.js';
import { realData } from '../folders.js';
import { pydicomReadings, sums } from './reference.js';

const folder = realData('odd-files');
const lacking = folder
  ? pythonLacks('pydicom', 'gdcm', 'nibabel', 'numpy')
  : 'the folder of odd files is not here';

const FOLDERS = ['dcmqi', 'dicom-fo', 'dicom-pydicom', 'dicom-pydicom-data', 'nibabel', 'niivue'];

/** Files that are refused, and the reason. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'dcmqi/partial_overlaps.dcm': /several slices at one place: 7 slices at 3 places/,
  'dicom-fo/GH220.dcm': /holds no image/,
  'dicom-fo/GH340.dcm': /"DICM" is not at byte 128/,
  'dicom-pydicom/ExplVR_LitEndNoMeta.dcm': /"DICM" is not at byte 128/,
  'dicom-pydicom/JPEG-lossy.dcm': /JPEG of 12 bits is not read/,
  'dicom-pydicom/MR_truncated.dcm': /cut short: .* byte 1500 need 8,192 bytes, and 8,130/,
  'dicom-pydicom/SC_rgb_rle_16bit_2frame.dcm': /2 frames without places in the patient/,
  'dicom-pydicom/UN_sequence.dcm': /holds no image/,
  'dicom-pydicom/badVR.dcm': /frames \(0028,0008\) at byte 1008 is "1A", not a number/,
  'dicom-pydicom/empty_charset_LEI.dcm': /holds no image/,
  'dicom-pydicom/nested_priv_SQ.dcm': /does not give rows/,
  'dicom-pydicom/no_meta.dcm': /"DICM" is not at byte 128/,
  'dicom-pydicom/no_meta_group_length.dcm': /holds no image/,
  'dicom-pydicom/rtplan.dcm': /modality RTPLAN without pixels/,
  'dicom-pydicom/rtstruct.dcm': /"DICM" is not at byte 128/,
  'dicom-pydicom-data/emri_small.dcm': /10 frames without places/,
  'dicom-pydicom-data/emri_small_RLE.dcm': /10 frames without places/,
  'dicom-pydicom-data/emri_small_big_endian.dcm': /10 frames without places/,
  'dicom-pydicom-data/emri_small_jpeg_2k_lossless.dcm': /10 frames without places/,
};

/** pydicom 2.3 cannot decode these, or not rightly. */
const WITHOUT_REFERENCE = [
  // A JFIF stream, so YCbCr; GDCM believes the DICOM header, which says RGB, and shows blue gums.
  'dicom-fo/GH195.dcm',
  // Signed values of 15 bits, whose sign GDCM does not extend.
  'dicom-pydicom-data/JLSL_16_15_1_1F.dcm',
  'dicom-pydicom-data/HTJ2K_08_RGB.dcm',
  'dicom-pydicom-data/liver_deflate.dcm',
];

describe.skipIf(lacking)(`unusual DICOM files${lacking ? ` (${lacking})` : ''}`, () => {
  const readings = new Map<string, Image | ImageError>();
  beforeAll(async () => {
    for (const name of FOLDERS.flatMap((inner) =>
      readdirSync(join(folder!, inner)).map((file) => `${inner}/${file}`),
    )) {
      if (!name.endsWith('.dcm')) continue;
      const result = await readImage(join(folder!, name)).catch((thrown: unknown) => thrown);
      if (result instanceof Error && !(result instanceof ImageError)) throw result;
      readings.set(name, result as Image | ImageError);
    }
  });

  it('refuses what cannot be read as one image, with the reason', () => {
    const refused = [...readings].filter(([, reading]) => reading instanceof ImageError);
    expect(refused.map(([name]) => name).sort()).toEqual(Object.keys(REFUSED).sort());
    for (const [name, reading] of refused) {
      expect((reading as ImageError).reason, name).toMatch(REFUSED[name]!);
    }
  });

  it('reads the others as pydicom does', () => {
    const read = [...readings.keys()].filter((name) => !(name in REFUSED));
    const references = pydicomReadings(...read.map((name) => join(folder!, name)));
    for (const name of read) {
      const reference = references[join(folder!, name)]!;
      const ours = readings.get(name) as Image;
      if (WITHOUT_REFERENCE.includes(name)) continue;
      if ('error' in reference) throw new Error(`${name}: ${reference.error}`);
      expect(ours.size, name).toEqual(reference.size);
      // Lossy JPEG may be rounded differently by the two decoders.
      const tolerance = /jpeg|JPEG/.test(name) ? 3e-3 : 1e-6;
      const { sum, weighted } = sums(ours.voxels);
      expect(Math.abs(sum / reference.sum - 1), name).toBeLessThan(tolerance);
      expect(Math.abs(weighted / reference.weighted - 1), name).toBeLessThan(tolerance);
      for (const [at, value] of (reference.affine ?? []).entries()) {
        expect(affineOf(ours)[at], `${name}, affine ${at}`).toBeCloseTo(value, 3);
      }
    }
  });

  it('reads deflated frames as the same image stored plainly', () => {
    const [plain, deflated] = ['liver.dcm', 'liver_deflate.dcm'].map(
      (name) => readings.get(`dicom-pydicom-data/${name}`) as Image,
    );
    expect(Buffer.from(deflated!.voxels).equals(Buffer.from(plain!.voxels))).toBe(true);
  });

  it('reads a series of JPEG 2000 slices in order, in Hounsfield units', async () => {
    const series = join(folder!, 'dicom-series-ct');
    const [listing, ...others] = await listSeries(series);
    expect(others).toEqual([]);
    expect(listing).toMatchObject({
      address: series,
      modality: 'CT',
      size: [512, 512, 20],
      problems: [],
    });
    expect(listing!.files).toHaveLength(20);
    const reference = pydicomReadings(series)[series]!;
    if ('error' in reference) throw new Error(reference.error);
    const image = await readImage(series);
    expect(image.unit).toBe('HU');
    expect(sums(image.voxels)).toEqual({ sum: reference.sum, weighted: reference.weighted });
    expect(await readImageHeader(series)).toMatchObject({ size: [512, 512, 20] });
  });
});

function affineOf({ direction, spacing, origin }: Image): number[] {
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => direction[row * 3 + axis]! * spacing[axis]!),
    origin[row]!,
  ]);
}
