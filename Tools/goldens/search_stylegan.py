"""Golden numbers of PULSE on StyleGAN: the original's generator, losses, spherical optimiser and bicubic
downscaling, at full size, in float32 on the CPU, from a network drawn at random.

    python search_stylegan.py PULSE                       ten steps of one search, with the first gradient
    python search_stylegan.py PULSE --rerun PROCESSOR     the same again, with the code for a kind of processor:
                                                          how far the original is from itself
    python search_stylegan.py PULSE --rerun PROCESSOR --runs N
                                                          all hundred steps of N searches: what `make parity`
                                                          compares with

PROCESSOR is sse, avx2 or avx512: PyTorch, oneDNN and MKL are told to use no newer instructions, on one thread.

PULSE is a checkout of adamian98/pulse. Its bicubic.py is written for CUDA: while it is read, `cuda=True` becomes
`cuda=False`. The loop around the pieces follows PULSE.forward. The network, the fit of its latents, starts and target
are all drawn as Documentation/Parity.md defines, so that only results are stored.
"""

import argparse
import time
from pathlib import Path

from processors import PROCESSORS, distances  # before torch
import numpy as np
import torch
from safetensors.numpy import load_file

import golden_files
import original_stylegan as original
from counter_random import normals
from search_mobilestylegan import schedule, target

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/SearchTests/Goldens"
WEIGHT_SEED, LAYERS, STEPS, RECORDED, TRAINABLE = 18, 18, 100, 10, 5


def rule(name):
    """Mean and deviation of the elements of a parameter."""
    if name.endswith("const"):
        return 1, 0.5
    if name.endswith("noise.weight"):
        return 0, 0.05
    if name.endswith("style_mod.lin.bias"):
        return 0, 0.3
    return (0, 0.1) if name.endswith("bias") else (0, 1)


def network(checkout):
    synthesis = original.pulse(checkout).G_synthesis().eval()
    parameters = dict(synthesis.named_parameters())
    names = [n for n in parameters if n.startswith("blocks.")] + ["torgb.weight", "torgb.bias"]
    assert set(names) == set(parameters)
    for i, name in enumerate(names):
        mean, deviation = rule(name)
        drawn = mean + deviation * normals(WEIGHT_SEED, 1000 + i, tuple(parameters[name].shape))
        parameters[name].data = torch.from_numpy(drawn.astype(np.float32))
        parameters[name].requires_grad = False
    mean, std = (normals(WEIGHT_SEED, stream, (512,)) for stream in (1, 2))
    return synthesis, torch.from_numpy(0.1 * mean).float(), torch.from_numpy(0.5 + 0.1 * np.abs(std)).float()


def search(synthesis, mean, std, modules, seed, steps):
    """One search; yields each step's losses (L2, GEOCROSS, their weighted sum, L2 before it is held at eps, and the
    same of the picture in 8 bits) and, before the step is taken, the variables."""
    LossBuilder, SphericalOptimizer = modules
    first = 1 << 32
    draw = lambda stream, shape: torch.from_numpy(normals(seed, first + stream, shape)).float()
    latent = draw(0, (1, LAYERS, 512)).requires_grad_(True)
    sides = [4 << i // 2 for i in range(LAYERS)]
    noise = [draw(1 + i, (1, 1, s, s)) for i, s in enumerate(sides[:-1])] + [torch.zeros(1, 1, sides[-1], sides[-1])]
    variables = [latent] + [n.requires_grad_(True) for n in noise[:TRAINABLE]]
    optimiser = SphericalOptimizer(torch.optim.Adam, variables, lr=0.4)
    # The mobile script's schedule is the first nine tenths of linear1cycledrop.
    rate = lambda x: schedule(x, STEPS) if x < 0.9 * STEPS else 0.1 + (x - 0.9 * STEPS) / (0.1 * STEPS) * (0.001 - 0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser.opt, rate)
    objective = LossBuilder(target(), "100*L2+0.05*GEOCROSS", 2e-3)
    for _ in range(steps):
        optimiser.opt.zero_grad()
        w = torch.nn.functional.leaky_relu(latent * std + mean, 0.2)
        image = (synthesis(w, noise) + 1) / 2
        total, losses = objective(w, image)
        total.backward()
        with torch.no_grad():
            pictures = [image, torch.round(image.clamp(0, 1) * 255) / 255]
            squares = [(objective.D(p) - objective.ref_im).pow(2).mean().item() for p in pictures]
        yield [losses["L2"].item(), losses["GEOCROSS"].item(), total.item()] + squares, variables
        optimiser.step()
        scheduler.step()


def load(checkout):
    original.execute(checkout / "bicubic.py", "bicubic", [("cuda=True", "cuda=False")])
    optimiser = original.execute(checkout / "SphericalOptimizer.py", "SphericalOptimizer")
    return original.execute(checkout / "loss.py", "loss").LossBuilder, optimiser.SphericalOptimizer


def first_steps(*network):
    """Losses and |gradient|s of the recorded steps, [10, 9]; the first gradients."""
    rows, gradients = [], {}
    for losses, variables in search(*network, 7, RECORDED):
        if not rows:
            gradients["dZ"] = variables[0].grad[0].numpy().copy()
            gradients |= {f"dNoise.{i}": n.grad[0, 0].numpy().copy() for i, n in enumerate(variables[1:])}
        rows.append(losses[:3] + [v.grad.norm().item() for v in variables])
        print(len(rows), rows[-1], flush=True)
    return np.array(rows), gradients


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pulse", type=Path)
    parser.add_argument("--rerun", choices=PROCESSORS)
    parser.add_argument("--runs", type=int)
    arguments = parser.parse_args()
    if arguments.rerun:
        torch.set_num_threads(1)
        print(torch.backends.cpu.get_cpu_capability())
    network = *network(arguments.pulse), load(arguments.pulse)
    facts = {"packages": ["torch", "numpy"], "dtype": "float32", "weightSeed": WEIGHT_SEED, "candidate": 1,
             "originals": [original.COMMITS["pulse"]]}
    if arguments.runs:
        for seed in range(1, arguments.runs + 1):
            start = time.time()
            losses = np.array([losses for losses, _ in search(*network, seed, STEPS)])
            print(f"seed {seed}: {losses[-1]} after {time.time() - start:.0f} s", flush=True)
            golden_files.add(
                GOLDENS / "parity-stylegan1.safetensors", {f"losses.{arguments.rerun}.{seed}": losses},
                about="a hundred steps on the same network for each processor and seed: L2, GEOCROSS, their weighted sum, "
                      "L2 before it is held at eps, and the same of the picture in 8 bits, [100, 5]", **facts)
    elif arguments.rerun:
        steps, gradients = first_steps(*network)
        recorded = load_file(GOLDENS / "search-stylegan1.safetensors")
        golden_files.add(
            GOLDENS / "search-stylegan1-reruns.safetensors",
            {f"steps.{arguments.rerun}": steps,
             f"distances.{arguments.rerun}": distances(gradients, recorded)},
            about="search-stylegan1 with the code for other processors: the steps, and how far the first gradients (z, "
                  "noise maps 0 to 4) are from those recorded, relative", seed=7, **facts)
    else:
        steps, gradients = first_steps(*network)
        golden_files.write(
            GOLDENS / "search-stylegan1.safetensors", gradients | {"steps": steps}, seed=7,
            about="the first ten of a hundred steps on a StyleGAN of 1024 pixels drawn at random: L2, GEOCROSS, their "
                  "weighted sum, |gradient| of z and of noise maps 0 to 4, [10, 9]; the gradient of the first", **facts)
