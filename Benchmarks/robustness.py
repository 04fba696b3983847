"""What becomes of damaged inputs: a sheet of pictures, and numbers.

    python robustness.py FOLDER [--pulse PROGRAM] [--seeds 1 7] [--count 2] [--threads N]

Draws a face for each seed, makes it small, damages it in seven ways and searches for each: as `pulse upsample` is by
itself, and with `--input-noise 0`, which follows the input exactly. Pictures stay in FOLDER, and what is there is not made
again. Prints the table, and writes SEED.png, a sheet for each face. Needs numpy and Pillow.
"""

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent / "search"))
from consistency import downscale, read, rms  # noqa: E402

SIDE = 32
TILE = 128
HEAD = 16


def noisy(large, low, rng, deviation, channels=3):
    return levels(low + rng.normal(0, deviation, low.shape[:2] + (channels,)))


def motion_blurred(large, low, rng, length=100):
    """The mean of the large picture along a line in a random direction, then made small."""
    angle = rng.uniform(0, np.pi)
    steps = np.arange(length + 1) - length / 2
    rows, columns = np.mgrid[:len(large), :len(large)]
    total = np.zeros(large.shape)
    for step in steps:
        y = np.clip(np.rint(rows + step * np.sin(angle)).astype(int), 0, len(large) - 1)
        x = np.clip(np.rint(columns + step * np.cos(angle)).astype(int), 0, len(large) - 1)
        total += large[y, x]
    return levels(downscale(total / len(steps), len(low)))


def peppered(large, low, rng, share):
    ends = np.where(rng.random(low.shape) < 0.5, 0, 255)
    return levels(np.where(rng.random(low.shape) < share, ends, low))


def compressed(large, low, rng, quality):
    file = io.BytesIO()
    Image.fromarray(low).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def levels(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


DAMAGES = {
    "none": lambda *of: of[1],
    "noise 25": lambda *of: noisy(*of, 25),
    "noise 50": lambda *of: noisy(*of, 50),
    "grey noise 25": lambda *of: noisy(*of, 25, channels=1),
    "motion blur": lambda *of: motion_blurred(*of),
    "salt and pepper 5 %": lambda *of: peppered(*of, 0.05),
    "JPEG 30": lambda *of: compressed(*of, 30),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--pulse", default=str(Path(__file__).parents[1] / ".build/release/pulse"), metavar="PROGRAM")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 7])
    parser.add_argument("--count", type=int, default=2, help="answers to each (default: 2)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    print("| face | damage | damaged − clean | taken for | D(answer) − input | D(answer) − clean | accepted |"
          " followed exactly: D(answer) − clean |")
    print("|---|---|---|---|---|---|---|---|")
    for seed in options.seeds:
        rows = [searched(options, seed, index, name) for index, name in enumerate(DAMAGES)]
        for row in rows:
            print(line(seed, **row))
        sheet(rows).save(options.folder / f"{seed}.png", optimize=True)


def searched(options, seed, index, damage):
    """The input with one damage, and what the two searches found for it."""
    face = options.folder / f"face-{seed}.png"
    if not face.exists():
        run(options, "generate", "--seed", seed, "--output", face)
    large = read(face)
    clean = levels(downscale(large.astype(float), SIDE))
    name = f"{seed}-{damage.replace(' ', '-').replace('-%', '')}"
    file = options.folder / f"{name}.png"
    if not file.exists():
        rng = np.random.default_rng([seed, index])
        Image.fromarray(DAMAGES[damage](large, clean, rng)).save(file)
    answers = {}
    for kind, more in {"found": [], "exact": ["--input-noise", "0"]}.items():
        result = options.folder / kind / name
        if not (result / "report.json").exists():
            count = options.count if kind == "found" else 1
            run(options, "upsample", file, "--output", options.folder / kind, "--seed", seed, "--count", count, *more)
        answers[kind] = json.loads((result / "report.json").read_text())["candidates"]
        for answer in answers[kind]:
            answer["picture"] = read(result / answer["file"])
    return {"damage": damage, "clean": clean, "input": read(file), **answers}


def line(seed, damage, clean, input, found, exact):
    def numbers(values):
        return " ".join(f"{value:.1f}" for value in values)

    judgement = found[0]["judgement"]
    kind = judgement.get("inputNoiseKind", "nothing")
    amount = judgement.get("jpegQuality") or judgement.get("outlierPercent") or judgement.get("inputNoise")
    taken = kind if amount is None else f"{kind}, {amount:.0f}" + (" %" if "outlierPercent" in judgement else "")
    return (f"| {seed} | {damage} | {np.sqrt(np.mean((input.astype(float) - clean) ** 2)):.1f} | {taken} "
            f"| {numbers(answer['rms'] for answer in found)} | {numbers(rms(a['picture'], clean) for a in found)} "
            f"| {sum(answer['accepted'] for answer in found)} of {len(found)} "
            f"| {numbers(rms(a['picture'], clean) for a in exact)} |")


def sheet(rows):
    """Clean input, damaged input, the answers, and the one that follows the input exactly; a row for each damage."""
    titles = ["clean", "input"] + [f"answer {k + 1}" for k in range(len(rows[0]["found"]))] + ["followed exactly"]
    page = Image.new("RGB", (TILE * len(titles), (TILE + HEAD) * len(rows) + HEAD), "white")
    draw = ImageDraw.Draw(page)
    for column, title in enumerate(titles):
        draw.text((TILE * column + 3, 2), title, fill="black")
    for number, row in enumerate(rows):
        top = HEAD + (TILE + HEAD) * number
        draw.text((3, top + 2), row["damage"], fill="black")
        pictures = [row["clean"], row["input"]] + [a["picture"] for a in row["found"] + row["exact"]]
        for column, picture in enumerate(pictures):
            resampling = Image.Resampling.NEAREST if len(picture) == SIDE else Image.Resampling.LANCZOS
            tile = Image.fromarray(picture).resize((TILE, TILE), resampling)
            page.paste(tile, (TILE * column, top + HEAD))
    # A palette, so that the page stays small.
    return page.quantize(255, dither=Image.Dither.FLOYDSTEINBERG)


def run(options, *arguments):
    command = [options.pulse, *map(str, arguments), "--threads", str(options.threads)]
    if arguments[0] == "upsample":
        command += ["--progress", "none"]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {answer.stderr}")


if __name__ == "__main__":
    main()
