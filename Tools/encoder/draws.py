"""Makes an encoder's draws hard to see: what a guess misses, as far as the small picture does not show it.

    python3 draws.py OUT.safetensors [--pictures 800]

train.py leaves the covariance R of what guesses miss, much of which the search would see at once. Here it becomes
(1/R + κM)⁻¹, where M says how a step along each axis changes the small picture, in the face, in the mean over the
generator's pictures: from products of random small pictures with the gradient, through PulseBench at the end of a pipe.
κ = 0.03 of the likelihood's own precision keeps about half of the variance, and a fifth to a quarter of what is seen.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np

from model_file import BENCH, MODEL, ModelFile
from train import write

KAPPA = 0.03
# Documentation/FastSearch.md: n independent numbers of standard deviation τ, in the generator's range of −1…1.
PRECISION = 100 / (16 / 127.5) ** 2
SIDES, SLOTS, RESOLUTION = (16, 32, 64), 16, 1024


def face_weights(side):
    """As Sources/Search/Fast/FaceLikelihood.swift, to add up to 1 over pixels and channels."""
    grid = (np.arange(side) + 0.5) / side
    distance = np.hypot((grid[None] - 0.5) / 0.33, (grid[:, None] - 0.53) / 0.42)
    share = ((distance - 1) / 0.25).clip(0, 1)
    weights = 1 - 0.92 * share * share * (3 - 2 * share)
    return weights / (3 * weights.sum())


def gradients(model, pictures):
    """Of random products of the small picture by the principal axes, [pictures, 512]: their mean square is M."""
    axes = model.tensor("latent.eigenvectors")
    maps = [model.tensor(name) for name in model.names if name.endswith("noise.noise")]
    noise = b"".join(each.tobytes() for each in maps)
    random = np.random.default_rng(1)
    pipe = subprocess.Popen([BENCH, "generator", MODEL, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    result = []
    for index in range(pictures):
        w = model.map(random.standard_normal((1, 512)).astype("f4"))
        pipe.stdin.write(b"f" + np.repeat(w, SLOTS, 0).tobytes() + noise)
        pipe.stdin.flush()
        pipe.stdout.read(3 * RESOLUTION**2 * 4)
        side = SIDES[index % len(SIDES)]
        block = RESOLUTION // side
        product = random.standard_normal((3, side, side)) * np.sqrt(face_weights(side)) / block**2
        pipe.stdin.write(b"b" + product.repeat(block, 1).repeat(block, 2).astype("f4").tobytes())
        pipe.stdin.flush()
        by_w = np.frombuffer(pipe.stdout.read(SLOTS * 512 * 4), "f4").reshape(SLOTS, 512).sum(0)
        for each in maps[:5]:
            pipe.stdout.read(each.nbytes)
        result.append(axes @ (by_w * np.where(w[0] > 0, 1, 0.2)))
        if index % 100 == 99:
            print(f"{index + 1} of {pictures}", flush=True)
    return np.array(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pictures", type=int, default=800)
    arguments = parser.parse_args()
    file = arguments.out.read_bytes()
    start = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:start])
    metadata = header.pop("__metadata__")
    tensors = {
        name: np.frombuffer(file[start:], {"F16": "<f2", "F32": "<f4"}[entry["dtype"]], int(np.prod(entry["shape"])),
                            entry["data_offsets"][0]).reshape(entry["shape"])
        for name, entry in header.items()}
    factors = tensors["factors"].astype("f8")
    if "draws" in metadata:
        parser.error("its draws are made already")
    axes = factors.shape[1]
    by_axes = gradients(ModelFile(), arguments.pictures)[:, :axes]
    seen = PRECISION * by_axes.T @ by_axes / len(by_axes)
    made = []
    for factor in factors:
        left = np.linalg.inv(np.linalg.inv(factor @ factor.T) + KAPPA * seen)
        made.append(np.linalg.cholesky((left + left.T) / 2))
        print(f"variance {np.sum(factor**2):.0f} to {np.sum(made[-1]**2):.0f}, of that seen "
              f"{np.sum((factor.T @ seen) * factor.T):.0f} to {np.sum((made[-1].T @ seen) * made[-1].T):.0f}")
    tensors["factors"] = np.stack(made).astype("f2")
    write(arguments.out, tensors, metadata | {"draws": str(KAPPA)})


if __name__ == "__main__":
    main()
