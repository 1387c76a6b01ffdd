import { runPython } from '../../python.js';

/** What pydicom (with GDCM) and nibabel make of a file or a folder with one series. */
export type Reading =
  | { readonly error: string }
  | {
      readonly size: readonly number[];
      readonly sum: number;
      /** Sum of the values times 1 to 1009, again and again: a wrong order shows. */
      readonly weighted: number;
      readonly affine?: readonly number[];
    };

/**
 * Volumes come rescaled and in nibabel's closest canonical (RAS+) order, pictures as luma in [0, 1]
 * by bit depth, MONOCHROME1 inverted.
 */
const SCRIPT = `
import sys, json, os, warnings, numpy as np, nibabel as nib, pydicom
from pydicom.pixel_data_handlers.util import apply_color_lut, convert_color_space
warnings.simplefilter('ignore')

def placed(ds, frame):
    if 'PerFrameFunctionalGroupsSequence' not in ds:
        return ds.get('ImagePositionPatient'), ds.get('ImageOrientationPatient'), ds.get('PixelSpacing')
    groups = [ds.PerFrameFunctionalGroupsSequence[frame]]
    if 'SharedFunctionalGroupsSequence' in ds: groups.append(ds.SharedFunctionalGroupsSequence[0])
    def get(sequence, name):
        for group in groups:
            if sequence in group: return group[sequence].value[0].get(name)
    return (get('PlanePositionSequence', 'ImagePositionPatient'),
            get('PlaneOrientationSequence', 'ImageOrientationPatient'),
            get('PixelMeasuresSequence', 'PixelSpacing'))

def volume(datasets):
    slices = []
    for ds in datasets:
        pixels = ds.pixel_array.astype('f8')
        if 'RescaleSlope' in ds: pixels = pixels * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        frames = pixels if pixels.ndim == 3 else pixels[None]
        for frame, data in enumerate(frames):
            slices.append((placed(ds, frame), data))
    orientation = np.array(slices[0][0][1], float)
    normal = np.cross(orientation[:3], orientation[3:])
    slices.sort(key=lambda item: np.dot(np.array(item[0][0], float), normal))
    first, last = (np.array(slices[at][0][0], float) for at in (0, -1))
    ds = datasets[0]
    thickness = float(ds.get('SpacingBetweenSlices') or ds.get('SliceThickness') or slices[0][0][2][1])
    step = (last - first) / (len(slices) - 1) if len(slices) > 1 else normal * thickness
    spacing = np.array(slices[0][0][2], float)
    affine = np.eye(4)
    affine[:3, 0] = orientation[:3] * spacing[1]
    affine[:3, 1] = orientation[3:] * spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = first
    affine = np.diag([-1, -1, 1, 1]) @ affine
    data = np.stack([item[1] for item in slices]).transpose(2, 1, 0)
    image = nib.as_closest_canonical(nib.Nifti1Image(data, affine))
    return image.get_fdata(), image.affine

def picture(ds):
    data = ds.pixel_array
    if ds.PhotometricInterpretation == 'PALETTE COLOR':
        data = apply_color_lut(data, ds)
        rgb = data / (65535 if data.dtype == np.uint16 else 255)
    elif ds.SamplesPerPixel == 3:
        if ds.PhotometricInterpretation in ('YBR_FULL', 'YBR_FULL_422'):
            data = convert_color_space(data, ds.PhotometricInterpretation, 'RGB')
        rgb = data / (2 ** ds.BitsStored - 1)
    else:
        low = -2 ** (ds.BitsStored - 1) if ds.PixelRepresentation else 0
        grey = (data.astype('f8') - low) / (2 ** ds.BitsStored - 1)
        return 1 - grey if ds.PhotometricInterpretation == 'MONOCHROME1' else grey
    return rgb @ [.299, .587, .114]

def read(path):
    paths = [os.path.join(path, name) for name in os.listdir(path) if name.endswith('.dcm')] if os.path.isdir(path) else [path]
    datasets = [pydicom.dcmread(name) for name in paths]
    places = placed(datasets[0], 0)
    if all(value is not None for value in places) and datasets[0].PhotometricInterpretation.startswith('MONO'):
        data, affine = volume(datasets)
        return dict(size=list(data.shape), affine=affine[:3].ravel().tolist()), data
    data = picture(datasets[0])
    return dict(size=[data.shape[1], data.shape[0]]), data

results = {}
for path in sys.argv[1:]:
    try:
        result, data = read(path)
        flat = data.astype('f4').astype('f8').ravel()
        result['sum'] = float(flat.sum())
        result['weighted'] = float((flat * (np.arange(flat.size) % 1009 + 1)).sum())
        results[path] = result
    except Exception as error:
        results[path] = dict(error=f'{type(error).__name__}: {error}')
print(json.dumps(results))
`;

/** Reads files, and folders with one series, in one Python process. */
export function pydicomReadings(...paths: string[]): Record<string, Reading> {
  return runPython(SCRIPT, ...paths);
}

/** The two sums of {@link Reading}, over our voxels. */
export function sums(voxels: Float32Array): { sum: number; weighted: number } {
  let sum = 0;
  let weighted = 0;
  voxels.forEach((value, at) => {
    sum += value;
    weighted += value * ((at % 1009) + 1);
  });
  return { sum, weighted };
}
