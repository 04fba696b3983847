#!/usr/bin/env python3
"""Whether answers to one input differ as much as what the input leaves open, on faces whose truth is known.

    python3 coverage.py FOLDER [--sizes 16 32] [--faces 24] [--count 4] [--pulse PROGRAM]

The generator draws faces, which are made small and searched for. If answers were draws from all that the input allows, then
the face that was made small would be one of them: as far from each answer as the answers are from each other, and as often
the most central or the outermost of them as any. Distances are those of dlib's face recogniser, over the mean
distance between other faces of the generator. FOLDER keeps pictures and answers; what is there is not made again. Needs
numpy, Pillow, dlib and face_recognition_models.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent / "search"))
from consistency import downscale, read  # noqa: E402
from embedding import Embedder, mean_pairwise  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--faces", type=int, default=24)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--more", nargs="*", default=[], help="further options for `pulse upsample`, without their dashes: spread=0.8")
    parser.add_argument("--pulse", default=str(Path(__file__).parents[1] / ".build/release/pulse"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    truths = [face(options, seed) for seed in range(501, 501 + options.faces)]
    embedder = Embedder.installed()
    truth = [embedder(read(file)) for file in truths]
    prior = mean_pairwise(truth)
    print(f"{len(truths)} faces, {prior:.3f} apart in the mean")
    for size in options.sizes:
        answers = [[embedder(read(file)) for file in searched(options, file, size)] for file in truths]
        report(size, prior, truth, answers)


def face(options, seed):
    file = options.folder / f"face-{seed}.png"
    if not file.exists():
        run(options, "generate", "--seed", seed, "--output", file)
    return file


def searched(options, truth, size):
    low = options.folder / f"{truth.stem}-{size}.png"
    if not low.exists():
        Image.fromarray(np.clip(np.rint(downscale(read(truth).astype(float), size)), 0, 255).astype(np.uint8)).save(low)
    output = options.folder / "-".join(["answers", *options.more])
    report = output / low.stem / "report.json"
    if not report.exists():
        more = [word for option in options.more for word in ("--" + option).split("=")]
        run(options, "upsample", low, "--output", output, "--count", options.count, "--seed", 1, "--progress", "none", *more)
    return [report.parent / candidate["file"] for candidate in json.loads(report.read_text())["candidates"]]


def run(options, *words):
    done = subprocess.run([options.pulse, *map(str, words)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)


def report(size, prior, truth, answers):
    between = [mean_pairwise(own) / prior for own in answers]
    to_truth = [np.linalg.norm(np.array(own) - true, axis=1).mean() / prior for own, true in zip(answers, truth)]
    # Of the truth and the answers together: how many have a smaller mean distance to the rest than the truth has.
    ranks = []
    for own, true in zip(answers, truth):
        points = np.array([true, *own])
        means = np.linalg.norm(points[:, None] - points[None], axis=-1).sum(1)
        ranks.append(int((means[1:] < means[0]).sum()))
    counts = np.bincount(ranks, minlength=len(answers[0]) + 1)
    error = np.std(to_truth) / len(to_truth) ** 0.5
    print(f"{size}×{size}: answers to each other {np.mean(between):.2f}, to the face that was made small {np.mean(to_truth):.2f} "
          f"(± {error:.2f}) of that; how many answers are more central than it, 0 to {len(answers[0])}: {' '.join(map(str, counts))}")


if __name__ == "__main__":
    main()
