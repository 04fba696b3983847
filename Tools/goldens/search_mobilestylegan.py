"""Golden numbers of the classic search on the real weights: the original MobileStyleGAN modules inside the
original PULSE's losses, spherical optimiser and bicubic downscaling, in float32 on the CPU.

    python search_mobilestylegan.py PULSE MOBILESTYLEGAN MODEL.safetensors [--rerun sse|avx2|avx512]

PULSE and MOBILESTYLEGAN are checkouts of adamian98/pulse and MobileStyleGAN.pytorch, MODEL the default model
as `pulse model import` writes it. PULSE's loss.py is written for 18 layers and bicubic.py for CUDA: while they
are read, the 18 of two reshapes becomes 16, and `cuda=True` becomes `cuda=False`. The start is drawn from
counter_random.py and the target is a formula, so that only losses, the first gradient and the latent
statistics are stored. A rerun does the same with the code for another processor, on one thread, and stores how far it
is from what is recorded (processors.py).
"""

import argparse
import sys
import types
from pathlib import Path

from processors import PROCESSORS, distances  # before torch
import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.torch import load_file

import golden_files
import original_mobilestylegan as original
from counter_random import normals

GOLDEN = Path(__file__).resolve().parents[2] / "Tests/SearchTests/Goldens/search-mobilestylegan.safetensors"
CHANNELS = [512, 512, 512, 512, 512, 256, 128, 64]
SEED, CANDIDATE, SIDE, STEPS, RECORDED, TRAINABLE = 7, 1, 32, 100, 10, 5
CHANGES = {
    "bicubic": [("cuda=True", "cuda=False")],
    "SphericalOptimizer": [],
    "loss": [("18, 512", "16, 512"), ("18, 1, 512", "16, 1, 512")],
}


def load_original(checkout):
    modules = {}
    for name, changes in CHANGES.items():
        source = (checkout / f"{name}.py").read_text()
        for old, new in changes:
            assert old in source, f"{name}.py no longer says {old}"
            source = source.replace(old, new)
        module = modules[name] = sys.modules[name] = types.ModuleType(name)
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return modules["loss"].LossBuilder, modules["SphericalOptimizer"].SphericalOptimizer


def load_generator(checkout, model):
    """The network as a function of the live slots [1, 16, 512] and unit maps; and the latent statistics."""
    tensors = load_file(model)
    state = {n.removeprefix("synthesis."): t for n, t in tensors.items() if n.startswith("synthesis.")}
    strengths = [state[f"{n}.noise.weight"].item() for n in original.noise_names(CHANNELS)]
    for name in original.noise_names(CHANNELS):
        del state[f"{name}.noise.noise"]
        state[f"{name}.noise.weight"] = torch.ones(1)
    network = original.build(checkout, state, CHANNELS, 512)
    slots = original.live_slots(CHANNELS)

    def generate(w, noise):
        full = torch.zeros(1, 3 * len(CHANNELS) - 1, 512).index_copy(1, torch.tensor(slots), w)
        return original.render(network, full, [n[0, 0] * s for n, s in zip(noise, strengths)])

    return generate, tensors["latent.std"], tensors["latent.mean"]


def start():
    first = CANDIDATE << 32
    draw = lambda stream, shape: torch.from_numpy(normals(SEED, stream, shape)).float()
    latent = draw(first, (1, 16, 512)).requires_grad_(True)
    sides = original.noise_sides(CHANNELS)
    noise = [draw(first + 1 + i, (1, 1, s, s)) for i, s in enumerate(sides[:-1])] + [torch.zeros(1, 1, sides[-1], sides[-1])]
    for n in noise[:TRAINABLE]:
        n.requires_grad_(True)
    return latent, noise


def target():
    """A pale disc on blue: 8-bit levels, [1, 3, 32, 32] / 255."""
    c, i, j = np.ogrid[:3, :SIDE, :SIDE]
    inside = 3 * (2 * i - 31) ** 2 + 4 * (2 * j - 31) ** 2 < 1800
    disc, ground = np.array([215, 170, 140])[c] - 2 * i, np.array([70, 90, 120])[c] + i
    return torch.from_numpy((np.where(inside, disc, ground) + 0 * j)[None].astype(np.float32) / np.float32(255))


def schedule(x, steps=STEPS):
    return (9 * (1 - np.abs(x / (0.9 * steps) - 1 / 2) * 2) + 1) / 10


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["pulse", "mobilestylegan", "model"]:
        parser.add_argument(name, type=Path)
    parser.add_argument("--rerun", choices=PROCESSORS)
    arguments = parser.parse_args()
    if arguments.rerun:
        torch.set_num_threads(1)
    LossBuilder, SphericalOptimizer = load_original(arguments.pulse)
    generate, std, mean = load_generator(arguments.mobilestylegan, arguments.model)
    latent, noise = start()
    optimiser = SphericalOptimizer(torch.optim.Adam, [latent] + noise[:TRAINABLE], lr=0.4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser.opt, schedule)
    objective = LossBuilder(target(), "100*L2+0.05*GEOCROSS", 2e-3)
    rows, tensors = [], {}
    for step in range(RECORDED):
        optimiser.opt.zero_grad()
        w = torch.nn.functional.leaky_relu(latent * std + mean, 0.2)
        total, losses = objective(w, (generate(w, noise) + 1) / 2)
        total.backward()
        if step == 0:
            tensors["dZ"] = latent.grad[0].numpy().copy()
            tensors |= {f"dNoise.{i}": n.grad[0, 0].numpy().copy() for i, n in enumerate(noise[:TRAINABLE])}
        rows.append([losses["L2"].item(), losses["GEOCROSS"].item(), total.item()])
        print(step, rows[-1], flush=True)
        optimiser.step()
        scheduler.step()
    tensors["losses"] = np.array(rows, np.float64)
    facts = {"packages": ["torch", "numpy"], "seed": SEED, "candidate": CANDIDATE, "dtype": "float32", "originals": [
        "adamian98/pulse 40cacb97df28081e0edf8440a8c3f7c4e6205732",
        "bes-dev/MobileStyleGAN.pytorch a9776ff8f05a868b2d3b637bda14eca4c074d2a3"]}
    if arguments.rerun:
        golden_files.add(
            GOLDEN.with_stem(GOLDEN.stem + "-reruns"),
            {f"losses.{arguments.rerun}": tensors["losses"],
             f"distances.{arguments.rerun}": distances(tensors, load_arrays(GOLDEN))},
            about="search-mobilestylegan with the code for other processors: the losses, and how far the first gradients "
                  "(z, noise maps 0 to 4) are from those recorded, relative", **facts)
    else:
        tensors["latent.mean"], tensors["latent.std"] = mean.numpy(), std.numpy()
        golden_files.write(
            GOLDEN, tensors,
            about="the first ten of a hundred steps on the real weights: L2, GEOCROSS and their weighted sum, [10, 3]; "
                  "the gradient of the first; the latent statistics used", **facts)
