import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type OddFile,
  oddFiles,
  readOddFile,
  tableRow,
  writtenRows,
} from '../../../../scripts/odd-files.js';
import { ImageError } from '../../src/errors.js';
import { type Image, isImagePath, unusableReason } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { realData } from './folders.js';
import { expectAsItk } from './itk.js';

const folder = realData('odd-files');
const lacking = folder
  ? pythonLacks('nibabel', 'PIL', 'numpy')
  : 'the folder of odd files is not here';

/** Sum, weighted sum and size as nibabel (canonical order) and Pillow (luma) read each file. */
const REFERENCE = `
import sys, json, warnings, numpy as np, nibabel as nib
from PIL import Image
warnings.simplefilter('ignore')
results = {}
for name in json.loads(sys.argv[2]):
    try:
        if '.nii' in name or '.hdr' in name:
            image = nib.load(sys.argv[1] + '/' + name)
            data = image.get_fdata().reshape((image.shape + (1,))[:3] if np.prod(image.shape[3:]) == 1 else image.shape)
            data = nib.as_closest_canonical(nib.Nifti1Image(data, image.affine)).get_fdata()
            size = list(data.shape)
        else:
            image = Image.open(sys.argv[1] + '/' + name)
            size = list(image.size)
            data = np.asarray(image) / 65535 if image.mode.startswith('I') else np.asarray(image.convert('RGB')) @ [.299, .587, .114] / 255
        flat = data.astype('f4').astype('f8').ravel()
        results[name] = dict(size=size, sum=float(flat.sum()), weighted=float((flat * (np.arange(flat.size) % 1009 + 1)).sum()))
    except Exception as error:
        results[name] = dict(error=str(error))
print(json.dumps(results, allow_nan=True).replace('NaN', 'null').replace('Infinity', 'null'))
`;

type Reading = { size: number[]; sum: number | null; weighted: number | null } | { error: string };

describe.skipIf(lacking)(`unusual and broken files${lacking ? ` (${lacking})` : ''}`, () => {
  const readings = new Map<string, Image | ImageError>();
  let files: OddFile[] = [];
  let names: string[] = [];
  beforeAll(async () => {
    files = oddFiles(folder!);
    names = files.map(({ file }) => file);
    for (const name of names) readings.set(name, await readOddFile(folder!, name));
  });

  it('is told in the docs as it is (npx tsx scripts/odd-files.ts FOLDER writes it)', () => {
    expect(names.length).toBe(125);
    const rows = files.map((odd) => tableRow(folder!, odd, readings.get(odd.file)!));
    expect(writtenRows()).toEqual(rows);
  });

  it("has ITK's values at ITK's places in MetaImage and NRRD", async () => {
    const others = names.filter((name) => /\.(mha|nrrd)$/.test(name));
    expect(others.length).toBe(5);
    for (const name of others) {
      await expectAsItk(join(folder!, name), readings.get(name) as Image);
    }
  });

  it('reads the same as the reference readers, or refuses with a reason', () => {
    const readable = names.filter((name) => /\.(nii|nii\.gz|hdr|png|jpg)$/.test(name));
    const references = runPython<Record<string, Reading>>(
      REFERENCE,
      folder!,
      JSON.stringify(readable),
    );
    for (const name of readable) {
      const [reference, ours] = [references[name]!, readings.get(name)!];
      if (ours instanceof ImageError || 'error' in reference) continue;
      expect(ours.size, name).toEqual(reference.size);
      if (reference.sum === null) continue;
      const sum = ours.voxels.reduce((total, value) => total + value, 0);
      const weighted = ours.voxels.reduce(
        (total, value, at) => total + value * ((at % 1009) + 1),
        0,
      );
      // Colour JPEG may be rounded by 1/255 a pixel.
      const tolerance = name.endsWith('.jpg') ? 5e-3 : 1e-6;
      expect(Math.abs(sum / reference.sum - 1), name).toBeLessThan(tolerance);
      expect(Math.abs(weighted / reference.weighted! - 1), name).toBeLessThan(tolerance);
    }
  });

  it('refuses exactly what cannot be read', () => {
    const refused = names.filter(
      (name) =>
        isImagePath(name) && !name.endsWith('.dcm') && readings.get(name) instanceof ImageError,
    );
    expect(refused.sort()).toEqual([
      'derived/rgb24.nii.gz',
      'derived/text.nii.gz',
      'derived/truncated_data.nii',
      'derived/truncated_gzip.nii.gz',
      'derived/zero_byte.nii.gz',
      'images2d/cmyk.jpg',
      'images2d/empty.png',
      'images2d/truncated.jpg',
      'nibabel/example4d.nii.gz',
      'nibabel/example_nifti2.nii.gz',
      'nibabel/nifti1.hdr',
      'rgb/spine_report.nii.gz',
    ]);
    for (const name of names.filter((other) => !/\.dcm$/.test(other) && !isImagePath(other))) {
      expect((readings.get(name) as ImageError).reason, name).toMatch(
        /are not read|belong to a header/,
      );
    }
  });

  it('brings every storage orientation of one image to the same voxels', () => {
    const orientations = names.filter((name) => /^niivue\/[A-Z]{3}\.nii\.gz$/.test(name));
    expect(orientations.length).toBeGreaterThan(5);
    const first = readings.get('niivue/RAS.nii.gz') as Image;
    for (const name of orientations) {
      const image = readings.get(name) as Image;
      expect(image.size, name).toEqual(first.size);
      expect(Buffer.from(image.voxels).equals(Buffer.from(first.voxels)), name).toBe(true);
      expect(image.origin, name).toEqual(first.origin.map((value) => expect.closeTo(value, 3)));
    }
  });

  it('names the images that cannot be trained on', () => {
    const reason = (name: string) => unusableReason(readings.get(name) as Image);
    expect(reason('derived/constant.nii.gz')).toMatch(/^all 33,825 voxels are 7$/);
    expect(reason('derived/nan_inf.nii.gz')).toMatch(/voxels are NaN or infinite/);
    expect(reason('derived/plain_int16.nii.gz')).toBeUndefined();
  });

  it('tells CT from MR', () => {
    const unit = (name: string) => (readings.get(name) as Image).unit;
    expect(unit('metaimage/3DCT_lung_baseline_small.mha')).toBe('HU');
    expect(unit('nibabel/anatomical.nii')).toBe('arbitrary');
  });
});
