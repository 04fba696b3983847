"""A sheet to look at: for each portrait the input, the photograph, and the answers of each mode.

    python contact_sheet.py DIR [--size 32] [--output FILE.jpg] [--from 1] [--limit N]

DIR is what `--keep DIR` of a run kept. Shown are classic mode's first answer and up to four of fast mode, or up to four of
the one mode that there is.
"""

import argparse
import json
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 192
HEAD = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--size", type=int, help="of the inputs (default: the largest there is)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: DIR/contact-SIZE.jpg")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first portrait shown (default: 1)")
    parser.add_argument("--limit", type=int, help="how many are shown (default: all)")
    options = parser.parse_args()
    record = json.loads((options.folder / "run.json").read_text())
    size = options.size or max(record["request"]["sizes"])
    people = record["portraits"][options.first - 1:][:options.limit]
    shown = shown_answers(record["modes"], record["request"]["count"])

    titles = ["input", "photograph"] + [f"{mode} {index + 1}" for mode, index in shown]
    page = Image.new("RGB", (SIDE * len(titles), HEAD + SIDE * len(people)), "white")
    draw = ImageDraw.Draw(page)
    for column, title in enumerate(titles):
        draw.text((SIDE * column + 4, 4), title, fill="black")
    for line, person in enumerate(people):
        files = {s["mode"]: s["files"] for s in record["searches"] if (s["name"], s["size"]) == (person["name"], size)}
        row = [(person["inputs"][str(size)], Image.Resampling.NEAREST), (person["photograph"], Image.Resampling.LANCZOS)]
        row += [(file_at(files.get(mode, []), index), Image.Resampling.LANCZOS) for mode, index in shown]
        for column, (file, resampling) in enumerate(row):
            if file:
                with Image.open(options.folder / file) as image:
                    picture = image.convert("RGB").resize((SIDE, SIDE), resampling)
                page.paste(picture, (SIDE * column, HEAD + SIDE * line))
    output = options.output or options.folder / f"contact-{size}.jpg"
    page.save(output, quality=88)
    print(output)


def shown_answers(modes, count):
    """(mode, index of the answer) for each column."""
    if {"classic", "fast"} <= set(modes):
        return [("classic", 0)] + [("fast", index) for index in range(min(count, 4))]
    return [(mode, index) for mode in modes for index in range(min(count, 4))]


def file_at(files, index):
    return files[index] if index < len(files) else None


if __name__ == "__main__":
    main()
