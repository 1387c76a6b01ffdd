import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readImage, readImageHeader, writeNifti } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const lacking = pythonLacks('nibabel', 'numpy');

/**
 * Writes files with nibabel, and beside each the canonical voxels (float32, z fastest) and affine that
 * nibabel makes of it.
 */
const WRITE = `
import sys, json, itertools, numpy as np, nibabel as nib
folder = sys.argv[1]
random = np.random.RandomState(7)
cases = []
def reference(name):
    image = nib.load(folder + '/' + name)
    data = np.asanyarray(image.dataobj).reshape((image.shape + (1,))[:3])
    image = nib.as_closest_canonical(nib.Nifti1Image(data.astype(np.float64), image.affine))
    np.asanyarray(image.dataobj).astype('<f4').ravel().tofile(folder + '/' + name + '.raw')
    cases.append(dict(name=name, size=list(image.shape), affine=image.affine[:3].ravel().tolist()))
def rotation(angles):
    a, b, c = angles
    x = np.array([[1,0,0],[0,np.cos(a),-np.sin(a)],[0,np.sin(a),np.cos(a)]])
    y = np.array([[np.cos(b),0,np.sin(b)],[0,1,0],[-np.sin(b),0,np.cos(b)]])
    z = np.array([[np.cos(c),-np.sin(c),0],[np.sin(c),np.cos(c),0],[0,0,1]])
    return x @ y @ z
def write(name, dtype, shape=(7, 5, 9), affine=np.diag([-2., 3, 1.5, 1]), version=nib.Nifti1Image,
          order='<', slope=None, inter=None, forms=(1, 1), high=120):
    dtype = np.dtype(dtype).newbyteorder(order)
    low = 0 if dtype.kind == 'u' else -high
    data = random.randint(low, high, shape).astype(dtype)
    if dtype.kind == 'f': data = (data * 1.37).astype(dtype)
    head_class = version.header_class
    header = head_class(endianness=order)
    header.set_data_dtype(dtype)
    header.set_data_shape(shape)
    header.set_zooms([2., 3, 1.5][:len(shape)] + [1] * max(0, len(shape) - 3))
    if forms[0]: header.set_sform(affine, 1)
    if forms[1]: header.set_qform(affine, 1, strip_shears=True)
    if slope is not None: header.set_slope_inter(slope, inter)
    header['vox_offset'] = 352 if head_class is nib.Nifti1Header else 544
    header['magic'] = b'n+1' if head_class is nib.Nifti1Header else b'n+2'
    bytes = header.binaryblock + b'\\0\\0\\0\\0' + data.tobytes('F')
    if name.endswith('.gz'):
        import gzip; bytes = gzip.compress(bytes)
    open(folder + '/' + name, 'wb').write(bytes)
    reference(name)
for dtype in 'u1 i1 i2 u2 i4 u4 i8 u8 f4 f8'.split():
    for order in '<>':
        little = 'le' if order == '<' else 'be'
        write(f'{dtype}_{little}.nii', dtype, order=order)
        write(f'{dtype}_{little}_2.nii.gz', dtype, order=order, version=nib.Nifti2Image)
write('slope.nii.gz', 'i2', slope=0.5, inter=-1024)
write('slope_only.nii', 'u2', slope=0.25, inter=0, high=60000)
write('qform.nii', 'i2', forms=(0, 1), affine=np.vstack([np.c_[rotation([.2, -.3, .1]) @ np.diag([2., 3, 1.5]), [5, -6, 7]], [0, 0, 0, 1]]))
write('qform_flip.nii', 'i2', forms=(0, 1), affine=np.vstack([np.c_[rotation([2.9, .2, 1.6]) @ np.diag([2., 3, -1.5]), [5, -6, 7]], [0, 0, 0, 1]]))
write('neither.nii', 'i2', forms=(0, 0))
write('flat.nii', 'i2', shape=(7, 5))
write('one_volume.nii.gz', 'i2', shape=(7, 5, 9, 1))
for index, (order, signs) in enumerate(itertools.product(itertools.permutations(range(3)), itertools.product([1, -1], repeat=3))):
    matrix = rotation(random.uniform(-.35, .35, 3)) @ np.eye(3)[:, list(order)] @ np.diag(signs) @ np.diag([2., 3, 1.5])
    write(f'oblique_{index}.nii', 'i2', shape=(40, 33, 37) if index < 6 else (7, 5, 9),
          affine=np.vstack([np.c_[matrix, random.uniform(-90, 90, 3)], [0, 0, 0, 1]]))
def pair(name, data_name, version=nib.Nifti1Pair, order='<'):
    data = random.randint(-120, 120, (7, 5, 9)).astype(np.dtype('i2').newbyteorder(order))
    header = version.header_class(endianness=order)
    header.set_data_dtype(data.dtype)
    image = version(data, np.diag([-2., 3, 1.5, 1]), header)
    base = folder + '/' + name.split('.hdr')[0]
    nib.save(image, base + '.hdr')
    reference(base.split('/')[-1] + '.hdr')
    import gzip, os
    for end, wanted in [('.hdr', name), ('.img', data_name)]:
        if wanted.endswith('.gz'):
            open(base + end + '.gz', 'wb').write(gzip.compress(open(base + end, 'rb').read()))
            os.remove(base + end)
    if name.endswith('.gz'):
        os.rename(base + '.hdr.raw', base + '.hdr.gz.raw')
        cases[-1]['name'] += '.gz'
pair('pair.hdr', 'pair.img')
pair('pair_big.hdr', 'pair_big.img', order='>')
pair('pair_two.hdr', 'pair_two.img', version=nib.Nifti2Pair)
pair('pair_zipped.hdr.gz', 'pair_zipped.img.gz')
pair('pair_half.hdr', 'pair_half.img.gz')
print(json.dumps(cases))
`;

interface Reference {
  readonly name: string;
  readonly size: number[];
  /** Row-major 3 x 4. */
  readonly affine: number[];
}

describe.skipIf(lacking)(`NIfTI, as nibabel reads it${lacking ? ` (${lacking})` : ''}`, () => {
  let references: Reference[] = [];
  beforeAll(() => {
    references = runPython<Reference[]>(WRITE, folder);
  });

  it('gives the same voxels, sizes and places for every type, byte order and orientation', async () => {
    expect(references.length).toBeGreaterThan(90);
    for (const reference of references) {
      const path = join(folder, reference.name);
      const image = await readImage(path);
      expect(image.size, reference.name).toEqual(reference.size);
      const raw = readFileSync(`${path}.raw`);
      const expected = new Float32Array(new Uint8Array(raw).buffer);
      expect(Buffer.from(image.voxels.slice().buffer).equals(Buffer.from(expected.buffer))).toBe(
        true,
      );
      expectAffine(image, reference);
      const { unit: _, voxels: __, ...header } = image;
      expect(await readImageHeader(path)).toEqual(header);
    }
  });

  it('reads pairs by their header, and says so where the voxels or the mark are missing', async () => {
    const reason = (name: string) => readImage(join(folder, name)).then(String, String);
    expect(await reason('pair.img')).toMatch(/belong to a header file/);
    renameSync(join(folder, 'pair.img'), join(folder, 'pair.IMG'));
    expect((await readImage(join(folder, 'pair.hdr'))).size).toEqual([7, 5, 9]);
    renameSync(join(folder, 'pair.IMG'), join(folder, 'other.img'));
    expect(await reason('pair.hdr')).toMatch(/pair.img or pair.img.gz, are not beside it/);
    const analyze = readFileSync(join(folder, 'pair.hdr'));
    analyze.fill(0, 344, 348);
    writeFileSync(join(folder, 'analyze.hdr'), analyze);
    expect(await reason('analyze.hdr')).toMatch(/Analyze 7.5 .* left and right/);
  });

  it('gives the same voxels where a large volume is inflated slab by slab', async () => {
    const size = [260, 250, 140];
    const voxels = Int16Array.from({ length: 260 * 250 * 140 }, (_, at) => (at >> 6) % 3001);
    const [plain, zipped] = ['large.nii', 'large.nii.gz'].map((name) => join(folder, name));
    const place = { size, spacing: [1, 2, 3], direction: [-1, 0, 0, 0, 0, 1, 0, -1, 0], voxels };
    await writeNifti(plain!, place);
    const bytes = readFileSync(plain!);
    writeFileSync(zipped!, gzipSync(bytes, { level: 1 }));
    expect(bytes.length).toBeGreaterThan(1 << 24);
    const [whole, slabs] = [await readImage(plain!), await readImage(zipped!)];
    expect(Buffer.from(slabs.voxels.buffer).equals(Buffer.from(whole.voxels.buffer))).toBe(true);
    expect({ ...slabs, path: '', voxels: 0 }).toEqual({ ...whole, path: '', voxels: 0 });
    writeFileSync(zipped!, gzipSync(bytes.subarray(0, -2), { level: 1 }));
    await expect(readImage(zipped!)).rejects.toThrow(/voxels end at byte 18200352, .* 18200350/);
    writeFileSync(zipped!, gzipSync(bytes, { level: 1 }).subarray(0, -2000));
    await expect(readImage(zipped!)).rejects.toThrow(/gzip stream is cut short/);
  });

  it('shares its voxels with other threads', async () => {
    const image = await readImage(join(folder, 'i2_le.nii'));
    expect(image.voxels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

function expectAffine(
  image: { spacing: readonly number[]; origin: readonly number[]; direction: readonly number[] },
  { affine, name }: Reference,
): void {
  for (let row = 0; row < 3; row++) {
    for (let axis = 0; axis < 3; axis++) {
      const step = image.direction[row * 3 + axis]! * image.spacing[axis]!;
      expect(step, name).toBeCloseTo(affine[row * 4 + axis]!, 4);
    }
    expect(image.origin[row], name).toBeCloseTo(affine[row * 4 + 3]!, 3);
  }
}
