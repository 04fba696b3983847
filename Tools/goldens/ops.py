"""Golden numbers for the operations: PyTorch's forward and autograd's gradients, in float64.

    python ops.py            writes Tests/EngineTests/Goldens/ops.safetensors

Each case stores its inputs, its output y, the gradient dy sent back, and the gradients that arrive.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import golden_files
from counter_random import normals
from original_mobilestylegan import Wavelet, inverse_haar, prep_filt_sfb2d

SEED = 2104
TARGET = Path(__file__).resolve().parents[2] / "Tests/EngineTests/Goldens/ops.safetensors"

tensors = {}
stream = 0


def draw(*shape):
    global stream
    stream += 1
    return torch.from_numpy(np.asarray(normals(SEED, stream, shape)))


def record(case, function, inputs, constants):
    """Runs y = function(**inputs, **constants) and its gradient to every input; stores all of them."""
    leaves = {name: value.clone().requires_grad_(True) for name, value in inputs.items()}
    y = function(**leaves, **constants)
    dy = draw(*y.shape)
    gradients = torch.autograd.grad(y, list(leaves.values()), dy)
    for name, value in {**inputs, **constants, "y": y.detach(), "dy": dy}.items():
        tensors[f"{case}.{name}"] = value.numpy()
    for name, gradient in zip(leaves, gradients):
        tensors[f"{case}.d_{name}"] = gradient.numpy()


def convolve(x, weight, groups=1):
    return F.conv2d(x[None], weight, padding=weight.shape[-1] // 2, groups=groups)[0]


def haar(x):
    filters = prep_filt_sfb2d(*2 * [Wavelet("db1").rec_lo, Wavelet("db1").rec_hi])
    channels = x.shape[0] // 4
    low, high = x[:channels], x[channels:].reshape(channels, 3, *x.shape[1:])
    return inverse_haar(low[None], high[None], *filters)[0]


def modulated_haar(x, style):
    return haar(style[:, None, None] * x)


def activate(x, noise, strength, bias):
    return F.leaky_relu(x + strength * noise + bias[:, None, None], 0.2)


def styled(x, w, noise, style_weight, style_bias, weight, bias, strength, depthwise=None):
    taps = 9 if depthwise is not None else weight[0, 0].numel()
    style = (x.shape[0] * taps) ** -0.5 * F.linear(w, style_weight, style_bias)
    y = style[:, None, None] * x
    if depthwise is not None:
        y = convolve(y, depthwise, groups=x.shape[0])
    return activate(convolve(y, weight), noise, strength, bias)


def to_image(x, w, style_weight, style_bias, weight, bias):
    style = x.shape[0] ** -0.5 * F.linear(w, style_weight, style_bias)
    return convolve(style[:, None, None] * x, weight) + bias[:, None, None]


def main():
    torch.set_default_dtype(torch.float64)
    record("linear", F.linear, {"input": draw(7)}, {"weight": draw(5, 7), "bias": draw(5)})
    for n, (i, o, h, w) in enumerate([(5, 6, 7, 9), (3, 2, 1, 1), (4, 3, 1, 6), (2, 5, 8, 2)]):
        record(f"dense.{n}", convolve, {"x": draw(i, h, w)}, {"weight": draw(o, i, 3, 3)})
    for n, (c, h, w) in enumerate([(5, 7, 9), (3, 1, 1), (2, 1, 8), (4, 5, 2)]):
        record(f"depthwise.{n}", lambda x, weight: convolve(x, weight, groups=len(weight)),
               {"x": draw(c, h, w)}, {"weight": draw(c, 1, 3, 3)})
    for n, (i, o, h, w) in enumerate([(5, 7, 3, 4), (4, 3, 1, 1), (1, 6, 5, 3)]):
        record(f"pointwise.{n}", convolve, {"x": draw(i, h, w)}, {"weight": draw(o, i, 1, 1)})
    for n, (c, h, w) in enumerate([(2, 3, 5), (1, 1, 1), (3, 4, 2)]):
        record(f"haar.{n}", haar, {"x": draw(4 * c, h, w)}, {})
        record(f"modulated_haar.{n}", modulated_haar, {"x": draw(4 * c, h, w), "style": draw(4 * c)}, {})
    record("activation", activate, {"x": draw(4, 5, 6), "noise": draw(5, 6)},
           {"strength": draw(1), "bias": draw(4)})
    for n, (i, o, h, w) in enumerate([(5, 7, 6, 9), (4, 3, 1, 1), (3, 5, 8, 8)]):
        record(f"separable.{n}", styled, {"x": draw(i, h, w), "w": draw(6), "noise": draw(h, w)}, {
            "style_weight": draw(i, 6), "style_bias": draw(i), "depthwise": draw(i, 1, 3, 3),
            "weight": draw(o, i, 1, 1), "bias": draw(o), "strength": draw(1)})
    record("dense_layer", styled, {"x": draw(4, 5, 5), "w": draw(6), "noise": draw(5, 5)}, {
        "style_weight": draw(4, 6), "style_bias": draw(4), "weight": draw(5, 4, 3, 3), "bias": draw(5),
        "strength": draw(1)})
    record("to_image", to_image, {"x": draw(6, 5, 7), "w": draw(4)}, {
        "style_weight": draw(6, 4), "style_bias": draw(6), "weight": draw(12, 6, 1, 1), "bias": draw(12)})
    golden_files.write(TARGET, tensors, packages=["torch", "numpy"], seed=SEED, dtype="float64",
                       about="single operations: inputs, output, and gradients to activations, styles and noise")


if __name__ == "__main__":
    main()
