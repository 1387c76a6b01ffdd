"""Loading as a PyTorch DataLoader with Pillow and torchvision does it. For each line of JSON read it loads the
folder's pictures and prints the rates."""

import glob
import json
import resource
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


def crop(size, scale):
    return transforms.Compose(
        [transforms.RandomResizedCrop(size, scale), transforms.RandomRotation(10), transforms.RandomHorizontalFlip()]
    )


def tensor(image):
    return torch.from_numpy(np.asarray(image, dtype=np.float32) / 255)


class Films(Dataset):
    def __init__(self, task):
        self.films = sorted(glob.glob(task["folder"] + "/*.png"))
        self.pictures, self.side, self.views = task["pictures"], task["side"], task["views"]
        self.globally, self.locally = crop(224, (0.3, 1)), crop(96, (0.05, 0.3))

    def __len__(self):
        return self.pictures

    def __getitem__(self, index):
        film = Image.open(self.films[index % len(self.films)]).convert("L")
        film = film.resize((self.side, self.side), Image.BOX)
        if not self.views:
            return tensor(film)
        crops = [self.globally(film) for _ in range(2)], [self.locally(film) for _ in range(6)]
        return [torch.stack([tensor(view) for view in views]) for views in crops]


def used():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


torch.set_num_threads(1)
for line in sys.stdin:
    task = json.loads(line)
    start, before = time.perf_counter(), used()
    loader = DataLoader(Films(task), task["batch"], num_workers=task["workers"])
    count = sum(len(batch[0]) if task["views"] else len(batch) for batch in loader)
    seconds, busy = time.perf_counter() - start, used() - before
    print(json.dumps({"clock": count / seconds, "busy": count * task["workers"] / busy}), flush=True)
