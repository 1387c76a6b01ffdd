"""The views of PCRLv2's released code, one sample after the other: torchvision on PIL images in 2D; numpy and
scipy.ndimage, doing what skimage and torchio do, in 3D. For each line of JSON read it times a few samples and
prints the milliseconds of one."""

import json
import random
import sys
import time

import numpy as np
import torch
from PIL import Image, ImageFilter
from scipy import ndimage
from torchvision import transforms


class PillowBlur:
    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


class Cutout:
    def __init__(self, holes, size):
        self.holes, self.size = holes, size

    def __call__(self, image):
        height, width = image.shape[1:]
        mask = np.ones((height, width), np.float32)
        for _ in range(self.holes):
            y, x = np.random.randint(height), np.random.randint(width)
            half = self.size // 2
            mask[max(0, y - half) : min(height, y + half), max(0, x - half) : min(width, x + half)] = 0
        return image * torch.from_numpy(mask)


def views_2d():
    tensor = [transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
    crops = lambda size, scale: transforms.Compose(
        [transforms.RandomResizedCrop(size, scale), transforms.RandomRotation(10), transforms.RandomHorizontalFlip()]
    )
    appearance = [
        transforms.RandomGrayscale(0.2),
        transforms.RandomApply([PillowBlur()], 0.5),
        transforms.ColorJitter(0.4, 0.4, 0.4, 0.4),
    ]
    global_crop, local_crop = crops(224, (0.3, 1)), crops(96, (0.05, 0.3))
    target = transforms.Compose(tensor)
    global_input = transforms.Compose(appearance + tensor + [Cutout(3, 32)])
    local_input = transforms.Compose(appearance + tensor)

    def make(image):
        image = image.convert("RGB")
        for _ in range(2):
            clean = global_crop(image)
            target(clean)
            global_input(clean)
        for _ in range(6):
            local_input(local_crop(image))

    return make


SAMPLES = 4
GLOBAL_SIZES = [(96, 96, 64), (96, 96, 96), (112, 112, 64), (64, 64, 32)]
LOCAL_SIZES = [(32, 32, 16), (16, 16, 16), (32, 32, 32), (8, 8, 8)]


def resize(crop, size):
    """skimage.transform.resize: order 1, its default anti-aliasing, range preserved."""
    factors = np.asarray(crop.shape) / np.asarray(size)
    smooth = ndimage.gaussian_filter(crop, np.maximum(0, (factors - 1) / 2), mode="mirror")
    return ndimage.zoom(smooth, 1 / factors, order=1, mode="mirror", grid_mode=True)


def flip_and_affine(view):
    if np.random.rand() < 0.5:
        view = view[::-1]
    angles = np.radians(np.random.uniform(-10, 10, 3))
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles), np.sin(angles)
    rx = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rz = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    matrix = rz @ rx @ ry @ np.diag(1 / np.random.uniform(0.9, 1.1, 3))
    centre = (np.asarray(view.shape) - 1) / 2
    return ndimage.affine_transform(
        view, matrix, centre - matrix @ centre, order=1, mode="constant", cval=view.min()
    )


def corrupt(view, swaps):
    view = ndimage.gaussian_filter(view, np.random.uniform(0, 2, 3), truncate=4)
    view = view + np.random.normal(0, np.random.uniform(0, 0.25), view.shape).astype(np.float32)
    view = np.sign(view) * np.abs(view) ** np.float32(np.exp(np.random.uniform(-0.3, 0.3)))
    patch = np.array([8, 4, 4])
    for _ in range(swaps):
        first, second = (np.random.randint(0, np.array(view.shape) - patch) for _ in range(2))
        a, b = (tuple(slice(s, s + p) for s, p in zip(start, patch)) for start in (first, second))
        kept, other = view[a].copy(), view[b].copy()
        view[b], view[a] = kept, other
    return (view - view.mean()) / view.std(ddof=1)


def start_between(low, high):
    return np.array([np.random.randint(l, h + 1) for l, h in zip(low, high)])


def overlap(start_a, size_a, start_b, size_b):
    shared = np.minimum(start_a + size_a, start_b + size_b) - np.maximum(start_a, start_b)
    shared = np.prod(np.maximum(0, shared))
    return shared / (np.prod(size_a) + np.prod(size_b) - shared)


def cut(volume, start, size):
    return volume[tuple(slice(s, s + d) for s, d in zip(start, size))]


def views_3d():
    margin = np.array([70, 70, 15])

    def draw_global(extent):
        size = np.array(random.choice(GLOBAL_SIZES))
        return start_between(margin, extent - size - margin), size

    def make(volume):
        extent = np.array(volume.shape)
        while True:
            pair = [draw_global(extent) for _ in range(2)]
            if overlap(*pair[0], *pair[1]) > 0.3:
                break
        for start, size in pair:
            target = flip_and_affine(resize(cut(volume, start, size), (64, 64, 32)))
            corrupt(target, 100)
        low = np.minimum(pair[0][0], pair[1][0])
        high = np.maximum(sum(pair[0]), sum(pair[1]))
        for _ in range(6):
            size = np.array(random.choice(LOCAL_SIZES))
            local = cut(volume, start_between(low, high - size), size)
            corrupt(flip_and_affine(resize(local, (16, 16, 16))), 0)

    return make


def main():
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    loaded = None
    for line in sys.stdin:
        task = json.loads(line)
        torch.set_num_threads(task["threads"])
        if task["size"] != loaded:
            loaded = task["size"]
            raw = np.fromfile(task["voxels"], np.float32).reshape(loaded)
            if len(loaded) == 2:
                make, image = views_2d(), Image.fromarray((raw * 255).astype(np.uint8))
            else:
                make, image = views_3d(), raw
        start = time.perf_counter()
        for _ in range(SAMPLES):
            make(image)
        print(json.dumps({"milliseconds": 1000 * (time.perf_counter() - start) / SAMPLES}), flush=True)


if __name__ == "__main__":
    main()
