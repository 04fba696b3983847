#!/usr/bin/env python3
"""Draws a sheet of searched faces in the order of how much they miss their inputs, to see where they stop being faces.

    python3 calibration.py FOLDER [--portraits ALIGNED] [--sizes 8 16 32 64] [--faces 25] [--pulse PROGRAM]

Each is one answer of `pulse upsample` without the exact fit. Without --portraits, a folder of aligned faces of 1024 pixels,
faces that the generator draws are the inputs. FOLDER keeps pictures and answers; what is there is not made again. Writes
sheet.png and prints the misfits. Needs numpy and Pillow.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent / "search"))
from consistency import downscale, read  # noqa: E402

TILE, COLUMNS, HEAD = 150, 10, 18


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--portraits", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16, 32, 64])
    parser.add_argument("--faces", type=int, default=25)
    parser.add_argument("--pulse", default=str(Path(__file__).parents[1] / ".build/release/pulse"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    results = []
    for size in options.sizes:
        inputs = options.folder / f"inputs-{size}"
        inputs.mkdir(exist_ok=True)
        for face in faces(options):
            low = inputs / f"{face.stem}.png"
            if not low.exists():
                pixels = downscale(read(face).astype(float), size)
                Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)).save(low)
        output = options.folder / f"answers-{size}"
        missing = [low for low in sorted(inputs.glob("*.png")) if not (output / low.stem / "report.json").exists()]
        if missing:
            run(options, "upsample", *missing, "--output", output, "--count", 1, "--seed", 1, "--no-exact-fit", "--progress", "none")
        for low in sorted(inputs.glob("*.png")):
            answer = json.loads((output / low.stem / "report.json").read_text())["candidates"][0]
            results.append((answer["judgement"]["searchedFaceRMS"], size, low, output / low.stem / answer["file"]))
    results.sort(key=lambda result: result[0])
    sheet(results).save(options.folder / "sheet.png", optimize=True)
    print(f"{len(results)} answers, misfit by the face in grey levels:",
          ", ".join(f"{q} % up to {np.percentile([r[0] for r in results], q):.1f}" for q in (10, 50, 90, 100)))


def faces(options):
    if options.portraits:
        return sorted(options.portraits.glob("*.png"))[:options.faces]
    files = [options.folder / f"face-{seed}.png" for seed in range(101, 101 + options.faces)]
    for seed, file in zip(range(101, 101 + options.faces), files):
        if not file.exists():
            run(options, "generate", "--seed", seed, "--output", file)
    return files


def sheet(results):
    """In rows: the answer with its input in the corner, its misfit below."""
    rows = -(-len(results) // COLUMNS)
    page = Image.new("RGB", (TILE * COLUMNS, (TILE + HEAD) * rows), "white")
    draw = ImageDraw.Draw(page)
    for place, (misfit, size, low, answer) in enumerate(results):
        x, y = place % COLUMNS * TILE, place // COLUMNS * (TILE + HEAD)
        page.paste(Image.open(answer).convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS), (x, y))
        page.paste(Image.open(low).convert("RGB").resize((48, 48), Image.Resampling.NEAREST), (x + TILE - 48, y + TILE - 48))
        draw.text((x + 3, y + TILE + 2), f"{misfit:.1f}   {size} px", fill="black")
    return page


def run(options, *words):
    found = subprocess.run([options.pulse, *map(str, words)], capture_output=True, text=True, check=False)
    if found.returncode not in (0, 1):
        raise SystemExit(found.stderr)


if __name__ == "__main__":
    main()
