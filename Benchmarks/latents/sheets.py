"""Sheets to look at, of a folder that measure.py has filled; every face on them is generated.

    python3 Benchmarks/latents/sheets.py DIR [--output FOLDER]

latent-models.jpg: the first pictures of each model, one model a row. latent-models-tone.jpg: of each model the pictures whose
skin tone is at its 5th, 15th, … 95th hundredth, darkest first, as measured (ITA of the skin's patches, on each).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Benchmarks"), str(ROOT / "Tools/encoder")]

from latents.models import FEWER, MODELS  # noqa: E402
from latents.pictures import SHOWN, read  # noqa: E402

COLUMNS = 10
HEAD = 16


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--samples", type=int, default=100, help="how many pictures of each model there are (default: 100)")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="default: DIR")
    options = parser.parse_args()
    output = options.output or options.folder
    first, by_tone = {}, {}
    for model in MODELS:
        data = read(options, model)
        shown, ita = data["shown"], data["ita"]
        first[model] = [(picture, "") for picture in shown[:COLUMNS]]
        if model not in FEWER:
            places = (np.arange(COLUMNS) + 0.5) / COLUMNS * len(ita)
            chosen = np.argsort(ita)[places.astype(int)]
            by_tone[model] = [(shown[i], f"{ita[i]:.0f}°") for i in chosen]
    sheet(first).save(output / "latent-models.jpg", quality=86)
    sheet(by_tone).save(output / "latent-models-tone.jpg", quality=86)


def sheet(rows):
    """Rows of (picture, words), under the name of each."""
    page = Image.new("RGB", (SHOWN * COLUMNS, (SHOWN + HEAD) * len(rows)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(12)
    for line, (model, cells) in enumerate(rows.items()):
        top = line * (SHOWN + HEAD)
        draw.text((4, top), MODELS[model], fill="black", font=font)
        for column, (picture, words) in enumerate(cells):
            page.paste(Image.fromarray(picture), (SHOWN * column, top + HEAD))
            if words:
                place = (SHOWN * column + 3, top + HEAD + SHOWN - 16)
                draw.text(place, words, fill="white", font=font, stroke_width=2, stroke_fill="black")
    return page


if __name__ == "__main__":
    main()
