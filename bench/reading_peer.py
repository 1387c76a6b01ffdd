"""Reading as nibabel and Pillow do it. For each line of JSON read it times one file and prints the milliseconds."""

import json
import sys
import time

import nibabel
import numpy as np
from PIL import Image


def volume(path, _):
    """Canonical orientation and float32, as a user of nibabel asks for it; the axes stay as strides."""
    return nibabel.as_closest_canonical(nibabel.load(path)).get_fdata(dtype=np.float32)


def contiguous_volume(path, _):
    """The same with z fastest in memory, as our readers lay it out and as a tensor needs it."""
    return np.ascontiguousarray(volume(path, _))


def picture(path, side):
    image = Image.open(path).convert("L").resize((side, side), Image.BOX)
    return np.asarray(image, dtype=np.float32) / 255


READERS = {"volume": volume, "contiguous volume": contiguous_volume, "picture": picture}

for line in sys.stdin:
    task = json.loads(line)
    start, used = time.perf_counter(), time.process_time()
    result = READERS[task["reader"]](task["path"], task.get("side"))
    milliseconds = (time.perf_counter() - start) * 1000
    busy = (time.process_time() - used) * 1000
    total = float(result.sum(dtype=np.float64))
    print(json.dumps({"milliseconds": milliseconds, "busy": busy, "sum": total}), flush=True)
