"""The peer of step.ts: the training step of PCRLv2's released code, written plainly in PyTorch.

Plain up-sampling, the decoder run to the end for every pass, every head of every level computed for every
view (in 3D the local views' restoration maps are left out), torch.optim.SGD. State-dict keys are the
official ones, so the weights travel by name.

Reads one JSON line for each command on stdin, answers with one on stdout:
    {"do": "start", "dimensions", "threads", "rate", "weights", "views"}  ->  {"torch", "threads"}
    {"do": "step", "global", "pairs", "beta"}                             ->  {"seconds", "busy", "loss"}
    {"do": "save", "weights"}                                             ->  {}
    {"do": "peak"}                                                        ->  {"peak"}  (bytes)
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    kinds = {"F32": np.float32, "I64": np.int64}
    return {
        name: torch.from_numpy(
            np.frombuffer(data[slice(*entry["data_offsets"])], kinds[entry["dtype"]])
            .reshape(entry["shape"])
            .copy()
        )
        for name, entry in header.items()
    }


def write(path, tensors):
    header, blobs, at = {}, [], 0
    for name, tensor in tensors.items():
        blobs.append(tensor.detach().numpy().tobytes())
        span = [at, at + len(blobs[-1])]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": span}
        at = span[1]
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def predictor(channels):
    wide = 2 * channels
    return nn.Sequential(
        nn.Linear(channels, wide), nn.BatchNorm1d(wide), nn.ReLU(True), nn.Linear(wide, channels)
    )


class Level(nn.Module):
    """What both dimensions' decoder levels share: three heads on the level's map."""

    def heads(self, features, factor, restore):
        z = self.bn(features.flatten(2).mean(2))
        return z, self.predictor_head(z), self.restore(features, factor) if restore else None


# 2D


def cbr(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True))


class Level2D(Level):
    def __init__(self, a, b):
        super().__init__()
        self.conv1, self.conv2 = cbr(a, b), cbr(b, b)
        self.bn, self.predictor_head = nn.BatchNorm1d(b), predictor(b)
        self.deep_supervision_head = nn.Sequential(
            nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(True), nn.Conv2d(b, 3, 1)
        )

    def forward(self, x):
        return self.conv2(self.conv1(F.interpolate(x, scale_factor=2, mode="nearest")))

    def restore(self, x, factor):
        restored = self.deep_supervision_head(x)
        if factor == 1:
            return restored
        return F.interpolate(restored, scale_factor=factor, mode="bilinear", align_corners=False)


class Encoder2D(torchvision.models.ResNet):
    def __init__(self):
        super().__init__(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2])
        del self.fc

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class Net2D(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [512, 256, 128, 64, 32, 16]
        self.model = nn.Module()
        self.model.encoder = Encoder2D()
        self.model.decoder = nn.Module()
        self.model.decoder.blocks = nn.ModuleList(map(Level2D, channels, channels[1:]))
        self.model.segmentation_head = nn.Sequential(nn.Conv2d(16, 3, 3, padding=1))

    def forward(self, x, local=False):
        x = self.model.encoder(x)
        levels = []
        for index, block in enumerate(self.model.decoder.blocks):
            x = block(x)
            levels.append(block.heads(x, 2 ** (4 - index), True))
        return levels, self.model.segmentation_head(x)


# 3D


class Unit3D(nn.Module):
    def __init__(self, a, b, norm=nn.BatchNorm3d):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv3d(a, b, 3, padding=1), norm(b)

    def forward(self, x):
        return F.relu(self.bn1(self.conv1(x)), True)


class Stage3D(nn.Module):
    def __init__(self, a, b, c, norm=nn.BatchNorm3d):
        super().__init__()
        self.ops = nn.Sequential(Unit3D(a, b, norm), Unit3D(b, c, norm))

    def forward(self, x):
        return self.ops(x)


class Level3D(Level):
    def __init__(self, a, b):
        super().__init__()
        self.up_conv = nn.ConvTranspose3d(a, a, 2, stride=2)
        self.ops = nn.Sequential(Unit3D(a, b), Unit3D(b, b))
        self.bn, self.predictor_head = nn.BatchNorm1d(b), predictor(b)
        self.deep_supervision_head = nn.Module()
        self.deep_supervision_head.conv1 = nn.Conv3d(b, 1, 3, padding=1)
        self.deep_supervision_head.bn1 = nn.BatchNorm3d(1)

    def forward(self, x):
        return self.ops(self.up_conv(x))

    def restore(self, x, factor):
        head = self.deep_supervision_head
        restored = torch.sigmoid(head.bn1(head.conv1(x)))
        if factor == 1:
            return restored
        return F.interpolate(restored, scale_factor=factor, mode="trilinear", align_corners=False)


class Net3D(nn.Module):
    def __init__(self):
        super().__init__()
        self.down_tr64, self.down_tr128 = Stage3D(1, 32, 64), Stage3D(64, 64, 128)
        self.down_tr256, self.down_tr512 = Stage3D(128, 128, 256), Stage3D(256, 256, 512)
        self.up_tr256, self.up_tr128 = Level3D(512, 256), Level3D(256, 128)
        self.up_tr64 = Level3D(128, 64)
        self.out_tr = nn.Module()
        self.out_tr.final_conv = nn.Conv3d(64, 1, 1)

    def forward(self, x, local=False):
        x = self.down_tr64(x)
        for stage in (self.down_tr128, self.down_tr256, self.down_tr512):
            x = stage(F.max_pool3d(x, 2))
        levels = []
        for index, block in enumerate((self.up_tr256, self.up_tr128, self.up_tr64)):
            x = block(x)
            levels.append(block.heads(x, 2 ** (2 - index), not local))
        return levels, None if local else torch.sigmoid(self.out_tr.final_conv(x))


def agree(one, other):
    """-1/2 (cos(p1, sg z2) + cos(p2, sg z1))"""
    (z1, p1, _), (z2, p2, _) = one, other
    return -(F.cosine_similarity(p1, z2.detach()).mean() + F.cosine_similarity(p2, z1.detach()).mean()) / 2


def loss_of(net, views, draw):
    (one, restored), (two, _) = net(views["view1"]), net(views["view2"])
    locals_, _ = net(views["locals"], local=True)
    j, target, batch = draw["global"], views["target"], len(views["target"])
    total = F.mse_loss(restored, target) + agree(one[j], two[j])
    total = total + draw["beta"] * F.mse_loss(one[j][2], target)
    terms = []
    for k, pair in enumerate(draw["pairs"]):
        for level, view in zip(pair, (one, two)):
            z, p, _ = locals_[level]
            mine = slice(k * batch, (k + 1) * batch)
            terms.append(agree((z[mine], p[mine], None), view[level]))
    return total + sum(terms) / len(terms)


def timed_step(optimiser, loss_of):
    start, busy = time.perf_counter(), time.process_time()
    loss = loss_of()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss = loss.item()
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy, "loss": loss}


def main():
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            torch.set_num_threads(order["threads"])
            views = read(order["views"])
            net = Net2D() if order["dimensions"] == 2 else Net3D()
            net.load_state_dict(read(order["weights"]))
            optimiser = torch.optim.SGD(net.parameters(), order["rate"], momentum=0.9, weight_decay=1e-4)
            answer = {"torch": torch.__version__, "threads": torch.get_num_threads()}
        elif order["do"] == "step":
            answer = timed_step(optimiser, lambda: loss_of(net, views, order))
        elif order["do"] == "save":
            write(order["weights"], dict(net.named_parameters()))
            answer = {}
        else:
            answer = {"peak": peak()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
