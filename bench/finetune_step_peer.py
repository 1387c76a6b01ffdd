"""The peer of finetune-step.ts: the same networks and losses, written plainly in PyTorch, and torch.optim.Adam.

State-dict keys are those of our networks, so the weights travel by name.

Reads one JSON line for each command on stdin, answers with one on stdout:
    {"do": "start", "dimensions", "threads", "rate", "weights", "images"}  ->  {"torch", "threads"}
    {"do": "step"}                                                         ->  {"seconds", "busy", "loss"}
    {"do": "peak"}                                                         ->  {"peak"}  (bytes)
"""
import json
import sys
from functools import partial

import torch
import torchvision
from step_peer import Stage3D, Unit3D, peak, read, timed_step
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Module()
        self.model.encoder = torchvision.models.resnet18()
        self.model.encoder.fc = nn.Identity()
        self.model.classification_head = nn.ModuleDict({"3": nn.Linear(512, 14)})

    def loss(self, x, target):
        logits = self.model.classification_head["3"](self.model.encoder(x))
        return F.binary_cross_entropy_with_logits(logits, target)


group_norm = partial(nn.GroupNorm, 8)


class Level(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.up_conv = nn.ConvTranspose3d(a, a, 2, stride=2)
        self.ops = nn.Sequential(Unit3D(a + b, b, group_norm), Unit3D(b, b, group_norm))

    def forward(self, x, skip):
        return self.ops(torch.cat([self.up_conv(x), skip], 1))


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.down_tr64 = Stage3D(1, 32, 64, group_norm)
        self.down_tr128 = Stage3D(64, 64, 128, group_norm)
        self.down_tr256 = Stage3D(128, 128, 256, group_norm)
        self.down_tr512 = Stage3D(256, 256, 512, group_norm)
        self.up_tr256, self.up_tr128, self.up_tr64 = Level(512, 256), Level(256, 128), Level(128, 64)
        self.out_tr = nn.ModuleDict({"final_conv": nn.Conv3d(64, 1, 1)})

    def loss(self, x, target):
        maps = [self.down_tr64(x)]
        for stage in (self.down_tr128, self.down_tr256, self.down_tr512):
            maps.append(stage(F.max_pool3d(maps[-1], 2)))
        x = maps.pop()
        for level in (self.up_tr256, self.up_tr128, self.up_tr64):
            x = level(x, maps.pop())
        p = torch.sigmoid(self.out_tr["final_conv"](x))
        axes = (2, 3, 4)
        overlap = (2 * (p * target).sum(axes) + 1e-5) / (p.sum(axes) + target.sum(axes) + 1e-5)
        return (1 - overlap).mean(0).sum() + 0.2 * F.binary_cross_entropy(p, target)


def main():
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            torch.set_num_threads(order["threads"])
            images = read(order["images"])
            net = Classifier() if order["dimensions"] == 2 else Segmenter()
            net.load_state_dict(read(order["weights"]))
            optimiser = torch.optim.Adam(net.parameters(), order["rate"])
            answer = {"torch": torch.__version__, "threads": torch.get_num_threads()}
        elif order["do"] == "step":
            answer = timed_step(optimiser, lambda: net.loss(images["input"], images["target"]))
        else:
            answer = {"peak": peak()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
