"""The peer of step.ts: the training step of PCRLv2's released code, written plainly in PyTorch; or that of the
paper, which restores both views at one drawn level.

Plain up-sampling, the decoder run to the end for every pass, every head of every level computed for every
view (in 3D the local views' restoration maps are left out; the paper's step computes those of the drawn level
alone), torch.optim.SGD. State-dict keys are the
official ones, so the weights travel by name.

Reads one JSON line for each command on stdin, answers with one on stdout:
    {"do": "start", "dimensions", "preset", "threads", "rate", "weights", "views"}  ->  {"torch", "threads"}
    {"do": "step", "global", "pairs", "beta"}                                       ->  {"seconds", "busy", "loss"}
    {"do": "save", "weights"}                                                       ->  {}
    {"do": "peak"}                                                                  ->  {"peak"}  (bytes)
"""
import json
import struct
import sys
import time
from collections import OrderedDict

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
    def __init__(self, a, b, paper):
        super().__init__()
        self.conv1, self.conv2 = cbr(a, b), cbr(b, b)
        self.bn, self.predictor_head = nn.BatchNorm1d(b), predictor(b)
        last = nn.Conv2d(b, 3, 3, padding=1) if paper else nn.Conv2d(b, 3, 1)
        self.deep_supervision_head = nn.Sequential(
            nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(True), last
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
    def __init__(self, paper):
        super().__init__()
        channels = [512, 256, 128, 64, 32, 16]
        self.model = nn.Module()
        self.model.encoder = Encoder2D()
        self.model.decoder = nn.Module()
        self.model.decoder.blocks = nn.ModuleList(
            Level2D(a, b, paper) for a, b in zip(channels, channels[1:])
        )
        self.model.segmentation_head = nn.Sequential(nn.Conv2d(16, 3, 3, padding=1))
        self.paper = paper

    def forward(self, x, local=False, restored=range(5)):
        x = self.model.encoder(x)
        levels = []
        for index, block in enumerate(self.model.decoder.blocks):
            x = block(x)
            levels.append(block.heads(x, 2 ** (4 - index), index in restored))
        return levels, None if self.paper else self.model.segmentation_head(x)


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


def official_head_3d(channels):
    return nn.Sequential(
        OrderedDict(conv1=nn.Conv3d(channels, 1, 3, padding=1), bn1=nn.BatchNorm3d(1))
    )


def paper_head_3d(channels):
    wide = nn.Conv3d(channels, channels, 3, padding=1)
    return nn.Sequential(wide, nn.BatchNorm3d(channels), nn.ReLU(True), nn.Conv3d(channels, 1, 3, padding=1))


class Level3D(Level):
    def __init__(self, a, b, paper):
        super().__init__()
        self.up_conv = nn.ConvTranspose3d(a, a, 2, stride=2)
        self.ops = nn.Sequential(Unit3D(a, b), Unit3D(b, b))
        self.bn, self.predictor_head = nn.BatchNorm1d(b), predictor(b)
        self.deep_supervision_head = paper_head_3d(b) if paper else official_head_3d(b)

    def forward(self, x):
        return self.ops(self.up_conv(x))

    def restore(self, x, factor):
        restored = torch.sigmoid(self.deep_supervision_head(x))
        if factor == 1:
            return restored
        return F.interpolate(restored, scale_factor=factor, mode="trilinear", align_corners=False)


class Net3D(nn.Module):
    def __init__(self, paper):
        super().__init__()
        self.down_tr64, self.down_tr128 = Stage3D(1, 32, 64), Stage3D(64, 64, 128)
        self.down_tr256, self.down_tr512 = Stage3D(128, 128, 256), Stage3D(256, 256, 512)
        self.up_tr256, self.up_tr128 = Level3D(512, 256, paper), Level3D(256, 128, paper)
        self.up_tr64 = Level3D(128, 64, paper)
        self.out_tr = nn.Sequential(OrderedDict(final_conv=nn.Conv3d(64, 1, 1)))
        self.paper = paper

    def forward(self, x, local=False, restored=range(3)):
        x = self.down_tr64(x)
        for stage in (self.down_tr128, self.down_tr256, self.down_tr512):
            x = stage(F.max_pool3d(x, 2))
        levels = []
        for index, block in enumerate((self.up_tr256, self.up_tr128, self.up_tr64)):
            x = block(x)
            levels.append(block.heads(x, 2 ** (2 - index), not local and index in restored))
        return levels, None if local or self.paper else torch.sigmoid(self.out_tr(x))


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
    terms = local_terms(locals_, (one, two), draw, batch)
    return total + sum(terms) / len(terms)


def paper_loss_of(net, views, draw):
    j, target = draw["global"], views["target"]
    (one, _), (two, _) = (net(views[view], restored=[j]) for view in ("view1", "view2"))
    locals_, _ = net(views["locals"], local=True, restored=[])
    total = agree(one[j], two[j]) + sum(local_terms(locals_, (one, two), draw, len(target)))
    return total + draw["beta"] * (F.mse_loss(one[j][2], target) + F.mse_loss(two[j][2], target))


def local_terms(locals_, globals_, draw, batch):
    terms = []
    for k, pair in enumerate(draw["pairs"]):
        for level, view in zip(pair, globals_):
            z, p, _ = locals_[level]
            mine = slice(k * batch, (k + 1) * batch)
            terms.append(agree((z[mine], p[mine], None), view[level]))
    return terms


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
            paper = order["preset"] == "paper"
            net = Net2D(paper) if order["dimensions"] == 2 else Net3D(paper)
            net.load_state_dict(read(order["weights"]))
            optimiser = torch.optim.SGD(net.parameters(), order["rate"], momentum=0.9, weight_decay=1e-4)
            answer = {"torch": torch.__version__, "threads": torch.get_num_threads()}
        elif order["do"] == "step":
            answer = timed_step(optimiser, lambda: (paper_loss_of if paper else loss_of)(net, views, order))
        elif order["do"] == "save":
            write(order["weights"], dict(net.named_parameters()))
            answer = {}
        else:
            answer = {"peak": peak()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
