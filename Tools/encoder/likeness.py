"""Learns what tells the default model's faces from other pictures, from pairs of pairs.py, into an encoder's file.

    python3 likeness.py PAIRS ENCODER.safetensors [--steps 6000]

Faces are the generator's pictures; the others are the same pictures turned, moved, cut, covered and bent, and drawn ones
(scrambled.py). No photograph is used. Needs numpy and torch. What the network gives is read by
Sources/Generators/Encoding/FaceLikeness.swift: 0 is where the two are told apart.
"""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from scrambled import ellipse, faces, others, photographed
from train import write

SIDE, HELD_OUT, BATCH, CHUNK = 32, 1500, 48, 500
STRIDES = (1, 2, 2, 2)
LUMINANCE = torch.tensor([0.299, 0.587, 0.114])[:, None, None]


class Likeness(nn.Module):
    def __init__(self):
        super().__init__()
        channels = (3, 16, 32, 48, 64)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride, 1) for a, b, stride in zip(channels, channels[1:], STRIDES))
        self.matrices = nn.ModuleList([nn.Linear(1024, 64), nn.Linear(64, 1)])

    def forward(self, x):
        x = standardised(x)
        for layer in self.convolutions:
            x = F.leaky_relu(layer(x), 0.2)
        x = F.dropout(x.flatten(1), 0.2, self.training)
        x = F.dropout(F.leaky_relu(self.matrices[0](x), 0.2), 0.2, self.training)
        return self.matrices[1](x)[:, 0]


def standardised(x):
    """As FaceLikeness.standardised."""
    place = (ellipse(x.shape[-1]) < 1.1).float()
    place /= place.sum()
    light = (x * LUMINANCE).sum(1, keepdim=True)
    mean = (light * place).sum((2, 3), keepdim=True)
    variance = ((light - mean) ** 2 * place).sum((2, 3), keepdim=True)
    return (x - mean) / (variance + (4 / 255) ** 2).sqrt()


def reduced(x, side, mode="bicubic"):
    how = {} if mode == "area" else {"align_corners": False, "antialias": True}
    return F.interpolate(x, size=(side, side), mode=mode, **how).clamp(0, 1) if side < x.shape[-1] else x


def brought(x):
    """To the network's size, as Sources/Search/Fast/Thumbnail.swift does."""
    if x.shape[-1] > SIDE:
        return F.adaptive_avg_pool2d(x, SIDE)
    return F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False) if x.shape[-1] < SIDE else x


def seen(x):
    """As inputs come: other skin, small, in other light, blurred, noisy, in 8 bits."""
    count, side = len(x), int(np.random.choice([8, 8, 12, 16, 16, 20, 24, 32, 32, 32, 48, 64]))
    down, across = np.random.randint(-2, 3, 2)
    x = F.pad(x, (2, 2, 2, 2), mode="replicate")[:, :, 2 + down : 66 + down, 2 + across : 66 + across]
    skin = (1 - ((ellipse(64) - 1) / 0.3).clamp(0, 1)) * (torch.rand(count, 1, 1, 1) < 0.3)
    dark = 0.35 + 0.65 * torch.rand(count, 1, 1, 1)
    x = x * (1 - skin) + skin * x * torch.cat([dark, dark**1.15, dark**1.3], 1)
    x = reduced(x, side, np.random.choice(["bicubic", "bicubic", "area", "bilinear"]))
    x = torch.where(torch.rand(count, 1, 1, 1) < 0.5, x.flip(3), x)
    if side >= 12 and np.random.rand() < 0.15:
        blurred = reduced(x, max(6, int(side * np.random.uniform(0.4, 0.9))), "bilinear")
        x = F.interpolate(blurred, size=side, mode="bilinear", align_corners=False)
    x = photographed(x)
    noise = (torch.rand(count, 1, 1, 1) < 0.4) * 0.1 * torch.rand(count, 1, 1, 1)
    return brought(((x + noise * torch.randn_like(x)).clamp(0, 1) * 255).round() / 255)


def examples(pictures, count, make):
    """`count` pictures by `make`, in 8 bits, [count, 3, 64, 64]."""
    chunks = [make(pictures[torch.randint(0, len(pictures), (CHUNK,))]) for _ in range(count // CHUNK)]
    return torch.cat([(chunk.clamp(0, 1) * 255).round().byte() for chunk in chunks])


def stored(path):
    """Tensors and metadata of a safetensors file."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__")
    kinds = {"F16": "<f2", "F32": "<f4"}
    return metadata, {
        name: np.frombuffer(data[start + e["data_offsets"][0] : start + e["data_offsets"][1]], kinds[e["dtype"]])
        .reshape(e["shape"]) for name, e in header.items()}


def add(path, network):
    metadata, tensors = stored(path)
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("likeness.")}
    for i, layer in enumerate([*network.convolutions, *network.matrices]):
        tensors[f"likeness.{i}.weight"] = layer.weight.detach().numpy().astype("f2")
        tensors[f"likeness.{i}.bias"] = layer.bias.detach().numpy().astype("f2")
    write(path, tensors, metadata | {"likenessSide": str(SIDE), "likenessStrides": ",".join(map(str, STRIDES))})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--examples", type=int, default=54_000, help="of either kind")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(3)
    np.random.seed(3)
    chunks = [np.load(path)["small"] for path in sorted(arguments.pairs.glob("[0-9]*.npz")) if ".part" not in path.name]
    pictures = torch.from_numpy(np.concatenate(chunks)).permute(0, 3, 1, 2).float() / 255
    learned, unseen = pictures[:-HELD_OUT].contiguous(), pictures[-HELD_OUT:]
    own, other = examples(learned, arguments.examples, faces), examples(learned, arguments.examples, others)
    network = Likeness()
    # The mean of the latest networks answers more steadily than any one.
    mean = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=2e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=arguments.steps, pct_start=0.2)
    truth = torch.cat([torch.full((BATCH,), 0.98), torch.full((BATCH,), 0.02)])
    start, loss_mean = time.time(), 0.7
    for step in range(1, arguments.steps + 1):
        pair = [kind[torch.randint(0, len(kind), (BATCH,))] for kind in (own, other)]
        loss = F.binary_cross_entropy_with_logits(network(seen(torch.cat(pair).float() / 255)), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        loss_mean += 0.01 * (float(loss.detach()) - loss_mean)
        keep = min(0.995, step / (step + 19))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), network.parameters()):
                a.mul_(keep).add_(b, alpha=1 - keep)
            if step % 500 == 0:
                answers = {side: mean(brought(reduced(unseen, side))).quantile(0.01).item() for side in (8, 16, 32)}
                lowest = ", ".join(f"{side}: {answer:.2f}" for side, answer in answers.items())
                print(f"step {step}, {time.time() - start:.0f} s: loss {loss_mean:.3f}, lowest hundredth {lowest}", flush=True)
    add(arguments.encoder, mean)


if __name__ == "__main__":
    main()
