"""MobileStyleGAN in PyTorch, functional, on the tensors of a model file: the peer's fastest honest version.

The arithmetic is that of the original modules; the inverse Haar transform is a few additions and a pixel shuffle,
which PyTorch runs faster than the original's transposed convolutions.
"""

import json

import torch
import torch.nn.functional as F


def read_safetensors(path):
    """Name to float32 tensor, and the file's own metadata."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name.removeprefix("synthesis.")] = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4,
                                             offset=start).reshape(entry["shape"])
    return tensors, metadata


def inverse_haar(x):
    """[1, 4C, H, W] to [1, C, 2H, 2W]; the first C channels are the low band, the rest [C, 3] high bands."""
    channels = x.shape[1] // 4
    low = 0.5 * x[:, :channels]
    high = 0.5 * x[:, channels:].reshape(x.shape[0], channels, 3, *x.shape[2:])
    rows, columns, both = high[:, :, 0], high[:, :, 1], high[:, :, 2]
    top, bottom = low + rows, low - rows
    right_top, right_bottom = columns + both, columns - both
    corners = torch.stack([top + right_top, top - right_top, bottom + right_bottom, bottom - right_bottom], dim=2)
    return F.pixel_shuffle(corners.flatten(1, 2), 2)


class MobileStyleGAN:
    """Weights are plain tensors without gradients, as in a search."""

    def __init__(self, tensors, memory_format=torch.contiguous_format):
        self.tensors = {name: t.contiguous(memory_format=memory_format) if t.ndim == 4 else t
                        for name, t in tensors.items() if not name.startswith(("latent.", "mapping."))}
        self.blocks = 1 + max(int(n.split(".")[1]) for n in tensors if n.startswith("layers."))
        self.names = ["conv1"] + [f"layers.{i}.conv{j}" for i in range(self.blocks) for j in (1, 2)]
        self.rows = 2 * self.blocks + 2  # latents
        self.memory_format = memory_format
        # Maps of unit variance; `layer` multiplies them by their strength.
        sides = [4] + [8 << i for i in range(self.blocks) for _ in (1, 2)]
        self.baked = [tensors[f"{n}.noise.noise"].reshape(1, 1, s, s) for n, s in zip(self.names, sides)]

    def style(self, name, w):
        return F.linear(w, self.tensors[f"{name}.modulation.weight"], self.tensors[f"{name}.modulation.bias"].reshape(-1))

    def layer(self, name, x, w, noise):
        t = self.tensors
        channels = x.shape[1]
        x = (channels * 9) ** -0.5 * self.style(f"{name}.conv", w).reshape(1, -1, 1, 1) * x
        if f"{name}.conv.weight_dw" in t:
            x = F.conv2d(x, t[f"{name}.conv.weight_dw"].reshape(channels, 1, 3, 3), padding=1, groups=channels)
            weight = t[f"{name}.conv.weight_permute"]
            x = F.conv2d(x, weight.reshape(weight.shape[0], -1, 1, 1))
        else:
            x = F.conv2d(x, t[f"{name}.conv.weight"], padding=1)
        return F.leaky_relu(x + t[f"{name}.noise.weight"] * noise + t[f"{name}.bias"].reshape(1, -1, 1, 1), 0.2)

    def __call__(self, w, noise=None):
        """w [live slots, 512]; noise a list of maps [1, 1, s, s] with None for the baked one. Returns [1, 3, S, S]."""
        noise = [given if given is not None else baked for given, baked in zip(noise or [None] * len(self.names), self.baked)]
        x = self.tensors["input.input"].contiguous(memory_format=self.memory_format)
        x = self.layer("conv1", x, w[0], noise[0])
        for i in range(self.blocks):
            first, second = w[2 * i + 1], w[2 * i + 2]
            x = inverse_haar(self.style(f"layers.{i}.up", first).reshape(1, -1, 1, 1) * x)
            x = self.layer(f"layers.{i}.conv1", x, first, noise[2 * i + 1])
            x = self.layer(f"layers.{i}.conv2", x, second, noise[2 * i + 2])
        name = f"layers.{self.blocks - 1}.to_img"
        style = x.shape[1] ** -0.5 * self.style(f"{name}.conv", w[2 * self.blocks + 1]).reshape(1, -1, 1, 1)
        weight = self.tensors[f"{name}.conv.weight"]
        return inverse_haar(F.conv2d(style * x, weight) + self.tensors[f"{name}.bias"].reshape(1, -1, 1, 1))


def downscale_matrix(side, source=1024):
    """M [side, source] of the bicubic downscale operator: D(x) = M x Mᵀ."""
    factor = source / side
    matrix = torch.zeros(side, source, dtype=torch.float64)
    for i in range(side):
        centre = (i + 0.5) * factor - 0.5
        first, last = int(centre - 2 * factor) - 1, int(centre + 2 * factor) + 2
        for j in range(first, last + 1):
            t = abs((j - centre) / factor)
            weight = (1.5 * t - 2.5) * t * t + 1 if t < 1 else (((-0.5 * t + 2.5) * t) - 4) * t + 2 if t < 2 else 0
            k = j
            while not 0 <= k < source:  # reflection that does not repeat the edge
                k = -k if k < 0 else 2 * (source - 1) - k
            matrix[i, k] += weight
    return (matrix / matrix.sum(dim=1, keepdim=True)).float()
