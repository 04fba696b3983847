"""Golden numbers of the classic search: the original PULSE's own losses, spherical optimiser and bicubic
downscaling around a two-layer toy generator, in double precision on the CPU.

    python search_toy.py CHECKOUT --write FILE.json

CHECKOUT is a checkout of github.com/adamian98/pulse, of which loss.py, SphericalOptimizer.py and bicubic.py
are executed. bicubic.py pins single precision and CUDA by name; while it is read, `float32`, `FloatTensor`
and `cuda=True` become `float64`, `DoubleTensor` and `cuda=False`. Nothing else is changed. The loop around
them follows PULSE.forward. All inputs are drawn from counter_random.py, so only results are stored; the
same toy is in Tests/SearchTests/ToyGenerator.swift.
"""

import argparse
import json
import pathlib
import sys
import types
from functools import partial

import numpy as np
import torch

from counter_random import normals

HIDDEN, GRID, RESOLUTION = 32, 32, 1024
NOISE_SIDES = [4, 4, 8, 8, 16, 16, 32]
WEIGHT_SEED, START_SEED, CANDIDATE = 2020, 5, 1
Z_ENTRIES = [(0, 0), (0, 511), (3, 17), (9, 256), (11, 300), (17, 1), (17, 511)]

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def load_original(checkout):
    """The three modules of the original, in double precision and on the CPU."""
    modules = {}
    for name in ["bicubic", "SphericalOptimizer", "loss"]:
        source = (checkout / f"{name}.py").read_text()
        if name == "bicubic":
            for old, new in [("float32", "float64"), ("FloatTensor", "DoubleTensor"), ("cuda=True", "cuda=False")]:
                assert old in source, f"{name}.py no longer says {old}"
                source = source.replace(old, new)
        module = modules[name] = sys.modules[name] = types.ModuleType(name)
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return modules["loss"].LossBuilder, modules["SphericalOptimizer"].SphericalOptimizer


def draw(stream, shape):
    return torch.from_numpy(normals(WEIGHT_SEED, stream, shape))


class Toy:
    """h = tanh(A w / 96); grid = tanh(B h / sqrt(32) + 0.3 sum of the noise maps, each enlarged to the grid);
    image = the grid enlarged 32 times + tanh(C h / sqrt(32)) times a fixed texture. Enlarging repeats pixels."""

    def __init__(self):
        self.a, self.b, self.c = draw(1, (HIDDEN, 18, 512)), draw(2, (3, GRID, GRID, HIDDEN)), draw(3, (3, HIDDEN))
        i = torch.arange(RESOLUTION)
        self.texture = ((7 * i[:, None] + 3 * i[None, :]) % 64) / 64 - 0.5

    def __call__(self, w, noise):
        h = torch.tanh(torch.einsum("klj,blj->bk", self.a, w) / 96)
        grid = torch.einsum("cyxk,bk->bcyx", self.b, h) / np.sqrt(HIDDEN)
        for n in noise:
            grid = grid + 0.3 * repeat(n, GRID // n.shape[-1])
        amplitude = torch.tanh(torch.einsum("ck,bk->bc", self.c, h) / np.sqrt(HIDDEN))
        return repeat(torch.tanh(grid), RESOLUTION // GRID) + amplitude[:, :, None, None] * self.texture


def repeat(x, factor):
    return x.repeat_interleave(factor, -1).repeat_interleave(factor, -2)


def target(side):
    c, i, j = np.ogrid[:3, :side, :side]
    return torch.from_numpy((30 + 25 * c + 120 * i // (side - 1) + 50 * j // (side - 1))[None] / 255)


def statistics():
    j = np.arange(512)
    return torch.from_numpy(0.3 + 0.4 * ((j % 7) / 6)), torch.from_numpy(-0.3 + 0.2 * ((j % 5) / 4))


def start(options):
    """z and the noise maps, from the search's own streams: candidate * 2^32 for z, + 1 + i for noise map i."""
    first = CANDIDATE << 32
    latent = torch.from_numpy(normals(START_SEED, first, (1, 1 if options["tile"] else 18, 512)))
    noise, variables = [], []
    for i, side in enumerate(NOISE_SIDES):
        if options["noise"] == "zero" or i == len(NOISE_SIDES) - 1:
            n = torch.zeros(1, 1, side, side)
        else:
            n = torch.from_numpy(normals(START_SEED, first + 1 + i, (1, 1, side, side)))
            if options["noise"] == "trainable" and i < 5:
                variables.append(n)
        noise.append(n)
    for x in [latent] + variables:
        x.requires_grad = True
    return latent, noise, variables


def schedule(name, steps):
    return {
        "fixed": lambda x: 1,
        "linear1cycle": lambda x: (9 * (1 - np.abs(x / steps - 1 / 2) * 2) + 1) / 10,
        "linear1cycledrop": lambda x: (9 * (1 - np.abs(x / (0.9 * steps) - 1 / 2) * 2) + 1) / 10
        if x < 0.9 * steps else 1 / 10 + (x - 0.9 * steps) / (0.1 * steps) * (1 / 1000 - 1 / 10),
    }[name]


OPTIMISERS = {
    "sgd": torch.optim.SGD, "adam": torch.optim.Adam, "sgdm": partial(torch.optim.SGD, momentum=0.9),
    "adamax": torch.optim.Adamax,
}


def run(toy, LossBuilder, SphericalOptimizer, options):
    y = target(options["side"])
    std, mean = statistics()
    latent, noise, variables = start(options)
    optimiser = SphericalOptimizer(OPTIMISERS[options["optimizer"]], [latent] + variables, lr=options["lr"])
    steps = options["steps"]
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser.opt, schedule(options["schedule"], steps))
    objective = LossBuilder(y, options["loss"], options["eps"])
    lrelu = torch.nn.LeakyReLU(negative_slope=0.2)
    record = {"options": options, "fits": [], "steps": []}

    def render():
        w = lrelu(latent.expand(-1, 18, -1) * std + mean)
        image = (toy(w, noise) + 1) / 2
        with torch.no_grad():
            rounded = torch.round(image.clamp(0, 1) * 255) / 255
            record["fits"].append((objective.D(rounded) - y).pow(2).mean().item())
        return w, image

    for _ in range(steps):
        optimiser.opt.zero_grad()
        w, image = render()
        total, losses = objective(w, image)
        rate = scheduler.get_last_lr()[0]
        total.backward()
        optimiser.step()
        scheduler.step()
        record["steps"].append({
            "losses": {k: float(torch.as_tensor(v).detach()) for k, v in losses.items()}, "total": total.item(), "rate": rate,
            "zNorm": latent.detach().norm().item(),
            "z": [latent[0, l % latent.shape[1], k].item() for l, k in Z_ENTRIES],
            "noiseNorms": [n.detach().norm().item() for n in variables],
            "noise": [n.detach().flatten()[-2].item() for n in variables],
        })
    render()
    return record


BASE = {
    "steps": 100, "side": 16, "optimizer": "adam", "schedule": "linear1cycledrop", "lr": 0.4, "eps": 2e-3,
    "loss": "100*L2+0.05*GEOCROSS", "noise": "trainable", "tile": False,
}
RUNS = {
    "default": {},
    "sgd": {"steps": 12, "optimizer": "sgd", "schedule": "linear1cycle", "lr": 30.0},
    "sgdm": {"steps": 12, "optimizer": "sgdm", "schedule": "fixed", "lr": 3.0, "side": 8},
    "adamax": {"steps": 12, "optimizer": "adamax", "schedule": "linear1cycle", "noise": "fixed", "side": 32},
    "tiled": {"steps": 12, "tile": True, "schedule": "fixed", "noise": "zero", "lr": 0.1},
    "l1": {"steps": 12, "loss": "5*L1+20*L2+0.05*GEOCROSS"},
    "below-eps": {"steps": 17, "eps": 0.05},
    "l1-below-eps": {"steps": 7, "loss": "5*L1+0.05*GEOCROSS", "eps": 0.25},
    "one-step": {"steps": 1},
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--write", required=True, metavar="FILE.json")
    arguments = parser.parse_args()
    LossBuilder, SphericalOptimizer = load_original(arguments.checkout)
    toy = Toy()
    runs = {name: run(toy, LossBuilder, SphericalOptimizer, BASE | changes) for name, changes in RUNS.items()}
    manifest = {
        "script": "Tools/goldens/search_toy.py", "torch": torch.__version__, "numpy": np.__version__,
        "original": "adamian98/pulse 40cacb97df28081e0edf8440a8c3f7c4e6205732",
        "weightSeed": WEIGHT_SEED, "startSeed": START_SEED, "candidate": CANDIDATE, "zEntries": Z_ENTRIES,
    }
    with open(arguments.write, "w") as file:
        json.dump({"manifest": manifest, "runs": runs}, file, separators=(",", ":"))
        file.write("\n")
