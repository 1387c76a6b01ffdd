"""Loading as a PyTorch DataLoader and Pillow do it: python3 bench/loading_peer.py FOLDER SIDE WORKERS BATCH"""

import glob
import json
import resource
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

folder, side, workers, batch = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(1)
films = sorted(glob.glob(folder + "/*.png"))


class Films(Dataset):
    def __len__(self):
        return 8 * len(films)

    def __getitem__(self, index):
        image = Image.open(films[index % len(films)]).convert("L").resize((side, side), Image.BOX)
        return torch.from_numpy(np.asarray(image, dtype=np.float32) / 255)


def used():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


Films()[0]
start, before = time.perf_counter(), used()
count = sum(len(images) for images in DataLoader(Films(), batch, num_workers=workers))
seconds, busy = time.perf_counter() - start, used() - before
print(json.dumps({"clock": count / seconds, "busy": count * workers / busy}))
