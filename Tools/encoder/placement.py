"""Learns where a face lies under a mosaic, from pairs of pairs.py, into an encoder's file.

    python3 placement.py PAIRS ENCODER.safetensors [--steps 6000]

A photograph is drawn around each of the generator's pictures, the face turned, moved and of another size, and pixelated on
the photograph's own grid. The network sees a square of it, smoothed between the blocks as
Sources/Restoration/Mosaic/SmoothPhoto.swift does, and says how the face's own square lies to that one: to the right and
down in its sides, the logarithm of its size, and clockwise in radians. No photograph is used. Needs numpy and torch. What
the network gives is read by Sources/Generators/Encoding/FacePlacement.swift.
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from likeness import standardised, stored
from scrambled import ellipse, photographed, uniform
from train import write

SIDE, FRAME, HELD_OUT, BATCH = 32, 160, 500, 64
STRIDES = (1, 2, 2, 2)
# What is between the guess and the truth: standard deviations of place, size and turn.
PLACE, SIZE, TURN = 0.12, 0.2, 0.2


class Placement(nn.Module):
    def __init__(self):
        super().__init__()
        channels = (3, 16, 24, 32, 48)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride, 1) for a, b, stride in zip(channels, channels[1:], STRIDES))
        self.matrices = nn.ModuleList([nn.Linear(768, 48), nn.Linear(48, 4)])

    def forward(self, x):
        x = standardised(x)
        for layer in self.convolutions:
            x = F.leaky_relu(layer(x), 0.2)
        return self.matrices[1](F.leaky_relu(self.matrices[0](x.flatten(1)), 0.2))


def surroundings(x):
    """The pictures [n, 3, 64, 64] in the middle of others, [n, 3, 192, 192], with other backgrounds."""
    n = len(x)
    outside = ((ellipse(64, 0.5, 0.55, 0.38, 0.5)[None] - 1 + 0.15 * torch.randn(n, 1, 1)) / 0.2).clamp(0, 1)[:, None]
    outside = outside * (torch.rand(n, 1, 1, 1) < 0.4)
    other = x[torch.randperm(n)].flip(3)
    x = x * (1 - outside) + torch.where(torch.rand(n, 1, 1, 1) < 0.5, other, torch.rand(n, 3, 1, 1).expand_as(x)) * outside
    wide = F.pad(x, (64, 64, 64, 64), mode="replicate")
    reflected = F.pad(F.pad(x, (63, 63, 63, 63), mode="reflect"), (1, 1, 1, 1), mode="replicate")
    return torch.where(torch.rand(n, 1, 1, 1) < 0.5, wide, reflected)


def sampled(x, rows, side):
    """Places of the result, of −1…1, to places of x by affine maps [n, 2, 3]."""
    return F.grid_sample(x, F.affine_grid(rows, (len(x), 3, side, side), align_corners=False),
                         padding_mode="border", align_corners=False)


def similarity(size, turn, across, down):
    rows = torch.zeros(len(size), 2, 3)
    rows[:, 0, 0], rows[:, 0, 1] = size * turn.cos(), -size * turn.sin()
    rows[:, 1, 0], rows[:, 1, 1] = size * turn.sin(), size * turn.cos()
    rows[:, 0, 2], rows[:, 1, 2] = across, down
    return rows


def example(x):
    """Squares of photographs, [n, 3, 32, 32], and the answers, [n, 4]."""
    n = len(x)
    x = torch.where(torch.rand(n, 1, 1, 1) < 0.5, x.flip(3), x)
    skin = (1 - ((ellipse(64) - 1) / 0.3).clamp(0, 1)) * (torch.rand(n, 1, 1, 1) < 0.3)
    dark = 0.35 + 0.65 * torch.rand(n, 1, 1, 1)
    x = x * (1 - skin) + skin * x * torch.cat([dark, dark**1.15, dark**1.3], 1)
    wide = photographed(surroundings(x))
    # The face's square in the photograph, which is FRAME pixels: half its side 0.35 to 0.55 of the frame's half.
    half, turn = uniform(n, 0.35, 0.55), uniform(n, -0.45, 0.45)
    across, down = uniform(n, -0.15, 0.15), uniform(n, -0.15, 0.15)
    # From the photograph's places to those of `wide`, whose middle third is the face.
    cosine, sine = turn.cos() / half / 3, turn.sin() / half / 3
    back = torch.zeros(n, 2, 3)
    back[:, 0, 0], back[:, 0, 1] = cosine, sine
    back[:, 1, 0], back[:, 1, 1] = -sine, cosine
    back[:, 0, 2], back[:, 1, 2] = -(cosine * across + sine * down), sine * across - cosine * down
    photo = sampled(wide, back, FRAME)
    if np.random.rand() < 0.85:
        block = np.random.randint(3, 13)
        left, top = np.random.randint(0, block, 2)
        padded = F.pad(photo, (left, block, top, block), mode="replicate")
        blocks = (F.avg_pool2d(padded, block) * 255).round() / 255
        smooth = F.interpolate(blocks, scale_factor=block, mode="bilinear", align_corners=False)
        photo = smooth[:, :, top:top + FRAME, left:left + FRAME]
    # The guess: its square against the face's own.
    answer = torch.stack([
        (PLACE * torch.randn(n)).clamp(-0.4, 0.4), (PLACE * torch.randn(n)).clamp(-0.4, 0.4),
        (SIZE * torch.randn(n)).clamp(-0.6, 0.6), (TURN * torch.randn(n)).clamp(-0.6, 0.6)], 1)
    size, direction = half * (-answer[:, 2]).exp(), turn - answer[:, 3]
    right, below = 2 * size * answer[:, 0], 2 * size * answer[:, 1]
    x0 = across - (right * direction.cos() - below * direction.sin())
    y0 = down - (right * direction.sin() + below * direction.cos())
    # As Picture.view: means over each pixel.
    view = F.avg_pool2d(sampled(photo, similarity(size, direction, x0, y0), 3 * SIDE), 3)
    noise = (torch.rand(n, 1, 1, 1) < 0.3) * 0.04 * torch.rand(n, 1, 1, 1)
    return (view + noise * torch.randn_like(view)).clamp(0, 1), answer


def add(path, network):
    metadata, tensors = stored(path)
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("placement.")}
    for i, layer in enumerate([*network.convolutions, *network.matrices]):
        tensors[f"placement.{i}.weight"] = layer.weight.detach().numpy().astype("f2")
        tensors[f"placement.{i}.bias"] = layer.bias.detach().numpy().astype("f2")
    write(path, tensors, metadata | {"placementSide": str(SIDE), "placementStrides": ",".join(map(str, STRIDES))})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(5)
    np.random.seed(5)
    chunks = [np.load(path)["small"] for path in sorted(arguments.pairs.glob("[0-9]*.npz")) if ".part" not in path.name]
    pictures = torch.from_numpy(np.concatenate(chunks)).permute(0, 3, 1, 2)
    learned, unseen = pictures[:-HELD_OUT], pictures[-HELD_OUT:]
    network = Placement()
    mean = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=arguments.steps, pct_start=0.2)
    scale = torch.tensor([PLACE, PLACE, SIZE, TURN])
    start, average = time.time(), 1.0
    for step in range(1, arguments.steps + 1):
        seen, answer = example(learned[torch.randint(0, len(learned), (BATCH,))].float() / 255)
        loss = F.smooth_l1_loss(network(seen) / scale, answer / scale)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        average += 0.01 * (float(loss.detach()) - average)
        keep = min(0.995, step / (step + 19))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), network.parameters()):
                a.mul_(keep).add_(b, alpha=1 - keep)
            if step % 500 == 0:
                errors = []
                for _ in range(8):
                    seen, answer = example(unseen[torch.randint(0, HELD_OUT, (BATCH,))].float() / 255)
                    errors.append((mean(seen) - answer).abs())
                middle = torch.cat(errors).median(0).values.tolist()
                print(f"step {step}, {time.time() - start:.0f} s: loss {average:.4f}, median errors "
                      + " ".join(f"{e:.3f}" for e in middle), flush=True)
                add(arguments.encoder, mean)


if __name__ == "__main__":
    main()
