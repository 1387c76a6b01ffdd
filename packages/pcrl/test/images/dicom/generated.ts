import { runPython } from '../../python.js';

/** What pydicom reads of a generated file or folder. */
export interface Generated {
  /** Rescaled values as `Image.voxels` has them; pictures without their scaling to `[0, 1]`. */
  readonly values: readonly number[];
  /** The SeriesInstanceUID of each series in the folder. */
  readonly series: readonly string[];
}

const SCRIPT = `
import io, json, os, shutil, sys
import numpy as np, pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import *

ROOT, ROWS, COLUMNS = sys.argv[1], 6, 8
rng = np.random.default_rng(1)
cases = {}

def header(series, position=None, modality='CT', signed=True, bits=16, stored=None, **more):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = '1.2.840.10008.5.1.4.1.1.2', generate_uid()
    ds.SeriesInstanceUID, ds.StudyInstanceUID, ds.PatientID = series, series + '.1', 'P1'
    ds.Modality, ds.ImageType = modality, ['ORIGINAL', 'PRIMARY', 'AXIAL']
    ds.Rows, ds.Columns, ds.SamplesPerPixel = ROWS, COLUMNS, 1
    ds.PhotometricInterpretation = 'MONOCHROME2'
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = bits, stored or bits, (stored or bits) - 1
    ds.PixelRepresentation = int(signed)
    if position is not None:
        ds.ImagePositionPatient = [float(p) for p in position]
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [0.5, 0.75], 2
        ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    for name, value in more.items(): setattr(ds, name, value)
    return ds

def pixels(ds):
    high = 2 ** ds.BitsStored
    low = -high // 2 if ds.PixelRepresentation else 0
    kind = f"{'i' if ds.PixelRepresentation else 'u'}{ds.BitsAllocated // 8}"
    return rng.integers(low, low + high, (ds.Rows, ds.Columns)).astype(kind)

def save(ds, name, syntax=ExplicitVRLittleEndian):
    path = os.path.join(ROOT, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = pixels(ds)
    ds.is_little_endian, ds.is_implicit_VR = syntax != ExplicitVRBigEndian, syntax == ImplicitVRLittleEndian
    ds.file_meta.TransferSyntaxUID = syntax
    if syntax == JPEG2000Lossless:
        stream = io.BytesIO()
        Image.fromarray(data).save(stream, 'JPEG2000', no_jp2=True, irreversible=False)
        ds.PixelData = encapsulate([stream.getvalue()])
        ds['PixelData'].is_undefined_length = True
    elif syntax == RLELossless:
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.PixelData = data.tobytes()
        ds.compress(RLELossless)
    else:
        ds.PixelData = (data if ds.is_little_endian else data.byteswap()).tobytes()
    ds['PixelData'].VR = 'OB' if syntax == JPEG2000Lossless else 'OW'
    ds.save_as(path, write_like_original=False)
    read = pydicom.dcmread(path)
    array = data if syntax == JPEG2000Lossless else read.pixel_array
    return array.astype('f8') * float(read.get('RescaleSlope', 1)) + float(read.get('RescaleIntercept', 0))

def note(name, slices=(), series=()):
    """Slices lie from feet to head; DICOM's x runs to the left and y to the back, RAS+ the other way."""
    values = np.stack(slices).transpose(2, 1, 0)[::-1, ::-1].ravel().tolist() if len(slices) else []
    cases[name] = dict(values=values, series=list(series))

def stack(folder, positions, change=lambda ds, at: None, syntax=ExplicitVRLittleEndian, series=None):
    series = series or generate_uid()
    slices = []
    for at, position in enumerate(positions):
        ds = header(series, position)
        # Neither names nor numbers tell the order.
        scrambled = at * 3 % 5
        ds.InstanceNumber = (at * 2) % 5
        change(ds, at)
        slices.append(save(ds, f'{folder}/{series[-4:]}-{scrambled}-{at}', syntax))
    note(folder, slices, [series])
    return series

even = [(-10, 20, 2 * z) for z in range(5)]
stack('ordered', even)
stack('monochrome1', even, lambda ds, at: setattr(ds, 'PhotometricInterpretation', 'MONOCHROME1'))
def rescale(ds, at): ds.RescaleSlope, ds.RescaleIntercept = 1 + at / 4, -100 * at
stack('rescaled', even, rescale)
stack('12-bit', even, lambda ds, at: (setattr(ds, 'BitsStored', 12), setattr(ds, 'HighBit', 11)))
stack('gap', even[:2] + even[3:])
stack('uneven', [(0, 0, z) for z in (0, 2, 4.9, 6, 8)])
stack('tilted', [(0, z * 1.0, 2 * z) for z in range(5)])
stack('twice', even + even[2:3])
stack('copied', even)
original = sorted(os.listdir(f'{ROOT}/copied'))[2]
shutil.copy(f'{ROOT}/copied/{original}', f'{ROOT}/copied/copy')

for name, syntax in dict(implicit=ImplicitVRLittleEndian, big=ExplicitVRBigEndian,
        deflated=DeflatedExplicitVRLittleEndian, rle=RLELossless).items():
    stack(name, even, syntax=syntax)

series = stack('localizer', even)
scout = header(series, (0, 0, 0), ImageType=['ORIGINAL', 'PRIMARY', 'LOCALIZER'])
scout.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
save(scout, 'localizer/0-scout')

first = stack('two', even)
known = cases['two']['values']
second = stack('two', even[:3])
cases['two'] = dict(series=[first, second], values=known + cases['two']['values'])

# One file of three frames, each with a rescale of its own; the frames are not in order.
def enhanced():
    ds = header(generate_uid(), NumberOfFrames=3)
    data = np.stack([pixels(ds) for _ in range(3)])
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.75], 2
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    common = Dataset()
    common.PixelMeasuresSequence, common.PlaneOrientationSequence = [measures], [orientation]
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [common], []
    for frame, z in enumerate((4, 0, 2)):
        group, position, values = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [-10, 20, z]
        values.RescaleSlope, values.RescaleIntercept, values.RescaleType = frame + 1, -10 * frame, 'HU'
        group.PlanePositionSequence, group.PixelValueTransformationSequence = [position], [values]
        ds.PerFrameFunctionalGroupsSequence.append(group)
    ds.PixelData = data.tobytes()
    ds['PixelData'].VR = 'OW'
    ds.is_little_endian, ds.is_implicit_VR = True, False
    ds.save_as(f'{ROOT}/enhanced.dcm', write_like_original=False)
    array = pydicom.dcmread(f'{ROOT}/enhanced.dcm').pixel_array.astype('f8')
    note('enhanced.dcm', [array[frame] * (frame + 1) - 10 * frame for frame in (1, 2, 0)])
enhanced()

radiograph = dict(signed=False, bits=16, stored=12)
for name, more in {
    'cr.dcm': dict(modality='CR'),
    'dx.dcm': dict(modality='DX', PhotometricInterpretation='MONOCHROME1', WindowCenter=1000, WindowWidth=401),
}.items():
    ds = header(generate_uid(), **{**radiograph, **more})
    array = save(ds, name)
    cases[name] = dict(values=array.ravel().tolist(), series=[])
for name in ('j2k-1.dcm', 'j2k-2.dcm'):
    ds = header(generate_uid(), modality='CR', signed=False, bits=8)
    cases[name] = dict(values=save(ds, name, JPEG2000Lossless).ravel().tolist(), series=[])
print(json.dumps(cases))
`;

/** Writes small DICOM files and folders of series with pydicom, in one Python process. */
export function generateDicom(folder: string): Readonly<Record<string, Generated>> {
  return runPython(SCRIPT, folder);
}
