"""Learns the default model's encoder from pairs of pairs.py.

    python3 train.py PAIRS OUT.safetensors [--epochs 30] [--threads 2]

Needs numpy and torch. The format of OUT is that of Sources/Models/Preparation/EncoderFile.swift.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from model_file import ModelFile

AXES, SIDE, HELD_OUT, BATCH = 128, 32, 1500, 64
STRIDES = (1, 2, 2, 2)
MEASURED = (8, 16, 32, 64)


class Encoder(nn.Module):
    def __init__(self, scales):
        super().__init__()
        channels = (3, 32, 64, 96, 128)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride, 1) for a, b, stride in zip(channels, channels[1:], STRIDES))
        self.matrices = nn.ModuleList([nn.Linear(2048, 256), nn.Linear(256, AXES)])
        with torch.no_grad():
            self.matrices[1].weight.mul_(scales[:, None])

    def forward(self, x):
        x = 2 * x - 1
        for layer in self.convolutions:
            x = F.leaky_relu(layer(x), 0.2)
        x = F.dropout(x.flatten(1), 0.1, self.training)
        x = F.dropout(F.leaky_relu(self.matrices[0](x), 0.2), 0.1, self.training)
        return self.matrices[1](x)


def degrade(x, side, mode=None):
    """To a picture of `side` in 8 bits, and from there to the encoder's size, as Search/Fast/FastStart.swift does."""
    if side < x.shape[-1]:
        mode = mode or np.random.choice(["bicubic", "bicubic", "area", "bilinear"])
        how = {} if mode == "area" else {"align_corners": False, "antialias": True}
        x = (F.interpolate(x, size=(side, side), mode=mode, **how).clamp(0, 1) * 255).round() / 255
    if side > SIDE:
        return F.adaptive_avg_pool2d(x, SIDE)
    return x if side == SIDE else F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


def augment(x):
    """Other backgrounds, other light, noise, and faces that are not quite where the generator's are."""
    count, side = len(x), x.shape[-1]
    grid = (torch.arange(side) + 0.5) / side
    distance = (((grid[None] - 0.5) / 0.36) ** 2 + ((grid[:, None] - 0.52) / 0.46) ** 2).sqrt()
    outside = ((distance - 1 + 0.15 * torch.randn(count, 1, 1)) / 0.2).clamp(0, 1)[:, None]
    outside = outside * (torch.rand(count, 1, 1, 1) < 0.5)
    another, plain = x[torch.randperm(count)].flip(3), torch.rand(count, 3, 1, 1).expand_as(x)
    x = x * (1 - outside) + torch.where(torch.rand(count, 1, 1, 1) < 0.5, another, plain) * outside
    gain = 1 + 0.08 * torch.randn(count, 3, 1, 1) + 0.1 * torch.randn(count, 1, 1, 1)
    x = (x * gain + 0.03 * torch.randn(count, 1, 1, 1)).clamp(0, 1)
    noisy = (torch.rand(count, 1, 1, 1) < 0.3) * 0.06 * torch.rand(count, 1, 1, 1)
    x = x + torch.randn_like(x) * noisy
    scale, angle = 1 + 0.03 * torch.randn(count), 0.02 * torch.randn(count)
    move = torch.zeros(count, 2, 3)
    move[:, 0, 0], move[:, 0, 1] = scale * angle.cos(), -scale * angle.sin()
    move[:, 1, 0], move[:, 1, 1] = scale * angle.sin(), scale * angle.cos()
    move[:, :, 2] = 0.03 * torch.randn(count, 2)
    places = F.affine_grid(move, x.shape, align_corners=False)
    return F.grid_sample(x, places, padding_mode="reflection", align_corners=False).clamp(0, 1)


def write(path, tensors, metadata):
    header, body = {"__metadata__": metadata}, b""
    for name, array in tensors.items():
        data = np.ascontiguousarray(array).tobytes()
        kind = {"float16": "F16", "float32": "F32"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    np.random.seed(1)
    model = ModelFile()
    mean, variances = model.tensor("latent.mean"), model.tensor("latent.eigenvalues")
    chunks = [np.load(path) for path in sorted(arguments.pairs.glob("[0-9]*.npz")) if ".part" not in path.name]
    w = np.concatenate([chunk["w"] for chunk in chunks])
    along = (np.where(w > 0, w, 5 * w) - mean) @ model.tensor("latent.eigenvectors").T
    pictures = torch.from_numpy(np.concatenate([c["small"] for c in chunks])).permute(0, 3, 1, 2).float() / 255
    truth = torch.from_numpy(along[:, :AXES].astype("f4"))
    learned, unseen = pictures[:-HELD_OUT], pictures[-HELD_OUT:]
    total = float((truth[-HELD_OUT:] ** 2).sum(1).mean())
    encoder = Encoder(torch.from_numpy(np.sqrt(variances[:AXES])))
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=2e-2)
    steps = arguments.epochs * -(-len(learned) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps, pct_start=0.2)

    def misses(side):
        encoder.eval()
        with torch.no_grad():
            result = encoder(degrade(unseen, side, "bicubic")) - truth[-HELD_OUT:]
        encoder.train()
        return result

    start = time.time()
    for epoch in range(arguments.epochs):
        for batch in torch.randperm(len(learned)).split(BATCH):
            side = int(np.random.choice([8, 12, 16, 16, 20, 24, 32, 32, 32, 48, 64]))
            guess = encoder(degrade(augment(learned[batch]), side))
            loss = ((guess - truth[batch]) ** 2).sum(1).mean() / total
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        explained = {side: round(1 - float((misses(side) ** 2).sum(1).mean()) / total, 3) for side in MEASURED}
        print(f"epoch {epoch + 1}, {time.time() - start:.0f} s: explains {explained}", flush=True)

    tensors = {}
    for i, layer in enumerate([*encoder.convolutions, *encoder.matrices]):
        tensors[f"layers.{i}.weight"] = layer.weight.detach().numpy().astype("f2")
        tensors[f"layers.{i}.bias"] = layer.bias.detach().numpy().astype("f2")
    covariances = [misses(side).T @ misses(side) / HELD_OUT for side in MEASURED]
    factors = [torch.linalg.cholesky(c + 1e-4 * torch.eye(AXES)).numpy() for c in covariances]
    tensors["sides"] = np.array(MEASURED, "f4")
    tensors["factors"] = np.stack(factors).astype("f2")
    distances = (along**2 / (variances + 0.01)).sum(1)
    tensors["distances"] = np.quantile(distances, np.linspace(0, 1, 101)).astype("f4")
    write(arguments.out, tensors, {
        "format": "pulse-encoder", "formatVersion": "1", "side": str(SIDE),
        "strides": ",".join(map(str, STRIDES)), "contentSHA256": model.metadata["contentSHA256"]})


if __name__ == "__main__":
    main()
