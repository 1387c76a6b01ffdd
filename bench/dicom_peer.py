"""Reading a DICOM series as pydicom does it. Writes one, or for each line reads it and prints the milliseconds.

python3 bench/dicom_peer.py FOLDER write
python3 bench/dicom_peer.py FOLDER
"""

import json
import os
import sys
import time

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

folder = sys.argv[1]


def write():
    rng = np.random.default_rng(1)
    series = generate_uid()
    for at in range(300):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.is_little_endian, ds.is_implicit_VR = True, False
        ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = CTImageStorage, generate_uid(), series
        ds.Modality, ds.ImagePositionPatient, ds.ImageOrientationPatient = "CT", [0, 0, at], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness, ds.RescaleSlope, ds.RescaleIntercept = [0.7, 0.7], 1, 1, -1024
        ds.Rows = ds.Columns = 512
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
        ds.PixelData = rng.integers(0, 3000, (512, 512), dtype=np.int16).tobytes()
        ds.save_as(os.path.join(folder, f"{at * 7 % 300:03}.dcm"), write_like_original=False)


def read():
    """One float32 array of rescaled values, slices in the order of their positions."""
    datasets = [pydicom.dcmread(entry.path) for entry in os.scandir(folder)]
    datasets.sort(key=lambda ds: ds.ImagePositionPatient[2])
    volume = np.empty((len(datasets), 512, 512), np.float32)
    for at, ds in enumerate(datasets):
        volume[at] = ds.pixel_array
        volume[at] *= float(ds.RescaleSlope)
        volume[at] += float(ds.RescaleIntercept)
    return volume


def read_laid_out():
    """The same with z fastest in memory, in RAS+ order, as our reader lays it out."""
    return np.ascontiguousarray(read().transpose(2, 1, 0)[::-1, ::-1])


if sys.argv[2:] == ["write"]:
    write()
else:
    for line in sys.stdin:
        start, used = time.perf_counter(), time.process_time()
        volume = (read_laid_out if line.strip() == "z fastest" else read)()
        milliseconds = (time.perf_counter() - start) * 1000
        busy = (time.process_time() - used) * 1000
        total = float(volume.sum(dtype=np.float64))
        print(json.dumps({"milliseconds": milliseconds, "busy": busy, "sum": total}), flush=True)
        del volume
