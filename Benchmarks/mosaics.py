#!/usr/bin/env python3
"""Pixelates faces in photographs in many ways and measures what `pulse restore --dry-run` finds.

    python3 mosaics.py PORTRAITS FOLDER [--count 200] [--pulse PROGRAM] [--seed 1]

PORTRAITS holds photographs with one face each. Each case is one of them, the face turned by up to 15 degrees and made
smaller, under blocks of 6 to 48 pixels with a random phase over the whole face, the eyes or an oval; some are resized
afterwards, most are compressed. FOLDER keeps cases.json and the pictures. Needs numpy and Pillow.

Prints how many grids are found, how far their block sizes are off, how far the square of a face under blocks is off in
blocks, and how many mosaics are found in the photographs before they were pixelated.
"""

import argparse
import json
import math
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image


def squares(pulse, files):
    """The face's square of each photograph that has one: centre, side and turn."""
    found = {}
    run = subprocess.run([pulse, "restore", "--dry-run", "--json", *map(str, files)], capture_output=True, text=True, check=False)
    for line in run.stdout.splitlines():
        record = json.loads(line)
        found[record["file"]] = record
    return found


def square(face):
    (a, b, c), (d, e, f) = face["transform"]
    return (512 * (a + b) + c, 512 * (d + e) + f), 1024 * math.hypot(a, d), math.degrees(math.atan2(d, a))


def case(photo, face, random):
    """A pixelated picture and what is true of it."""
    (x, y), size, turn = square(face)
    block = int(round(math.exp(random.uniform(math.log(6), math.log(48)))))
    across = random.uniform(8, 24)  # blocks over the face's square
    scale = min(1.0, block * across / size)
    roll = math.radians(random.uniform(-15, 15))
    # From the result to the photograph: turned about the face, made smaller.
    wide, high = [int(min(1600, 2.2 * size * scale)) // 2 * 2 for _ in range(2)]
    cosine, sine = math.cos(roll) / scale, math.sin(roll) / scale
    centre = wide / 2 + random.uniform(-0.1, 0.1) * wide, high / 2 + random.uniform(-0.1, 0.1) * high
    matrix = (cosine, sine, x - cosine * centre[0] - sine * centre[1], -sine, cosine, y + sine * centre[0] - cosine * centre[1])
    shrunk = photo.reduce(max(1, int(1 / scale))) if scale < 0.5 else photo
    ratio = photo.width / shrunk.width
    picture = shrunk.transform((wide, high), Image.Transform.AFFINE, [m / ratio for m in matrix], Image.Resampling.BICUBIC)
    pixels = np.asarray(picture, dtype=float).copy()
    side, turned = size * scale, math.radians(turn) + roll

    def place(u, v):
        return (centre[0] + side * (u * math.cos(turned) - v * math.sin(turned)),
                centre[1] + side * (u * math.sin(turned) + v * math.cos(turned)))

    kind = random.choice(["face", "face", "oval", "eyes"])
    box = {"face": (-0.36, -0.36, 0.36, 0.46), "oval": (-0.38, -0.42, 0.38, 0.5), "eyes": (-0.34, -0.16, 0.34, 0.08)}[kind]
    corners = [place(u, v) for u in box[::2] for v in box[1::2]]
    left, right = min(c[0] for c in corners), max(c[0] for c in corners)
    top, bottom = min(c[1] for c in corners), max(c[1] for c in corners)
    phase = random.integers(0, block, 2)
    blocky = pixels.copy()
    for row in range(-block + int(phase[1]), high, block):
        for column in range(-block + int(phase[0]), wide, block):
            part = np.s_[max(0, row):row + block, max(0, column):column + block]
            if pixels[part].size:
                blocky[part] = pixels[part].mean((0, 1)).round()
    rows, columns = np.mgrid[:high, :wide]
    if kind == "oval":
        inside = (((columns - (left + right) / 2) / ((right - left) / 2)) ** 2 + ((rows - (top + bottom) / 2) / ((bottom - top) / 2)) ** 2) < 1
    else:
        snap = [math.floor((left - phase[0]) / block), math.floor((top - phase[1]) / block),
                math.ceil((right - phase[0]) / block), math.ceil((bottom - phase[1]) / block)]
        inside = ((columns >= snap[0] * block + phase[0]) & (columns < snap[2] * block + phase[0])
                  & (rows >= snap[1] * block + phase[1]) & (rows < snap[3] * block + phase[1]))
    pixels[inside] = blocky[inside]
    result = Image.fromarray(pixels.round().clip(0, 255).astype("u1"))
    truth = {"block": float(block), "kind": kind, "blocks": side / block, "centre": centre, "size": side,
             "turn": math.degrees(turned), "inside": int(inside.sum()), "resized": 1.0, "quality": None}
    if random.random() < 0.3:
        factor = random.uniform(0.7, 1.4)
        if block * factor >= 5:
            result = result.resize((round(wide * factor), round(high * factor)), Image.Resampling.BICUBIC)
            ratio = result.width / wide
            truth.update(block=block * ratio, resized=ratio, size=side * ratio, centre=[c * ratio for c in centre])
    if random.random() < 0.75:
        truth["quality"] = int(random.integers(50, 96))
    return result, truth


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pulse", default=str(Path(__file__).resolve().parent.parent / ".build/release/pulse"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cases = options.folder / "cases.json"
    if not cases.exists():
        make(options, cases)
    record = json.loads(cases.read_text())
    print(f"photographs before: {sum(len(r) for r in record['before'].values())} mosaics in {len(record['before'])}")
    found = squares(options.pulse, [options.folder / c["file"] for c in record["cases"]])
    lines = []
    for truth in record["cases"]:
        regions = found.get(str(options.folder / truth["file"]), {"regions": [], "faces": []})
        lines.append(judged(truth, regions))
    report(lines)


def make(options, cases):
    photographs = sorted(p for p in options.portraits.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    found = squares(options.pulse, photographs)
    random = np.random.default_rng(options.seed)
    usable = [p for p in photographs if len(found.get(str(p), {}).get("faces", [])) == 1]
    made = []
    for number in range(options.count):
        path = usable[number % len(usable)]
        result, truth = case(Image.open(path).convert("RGB"), found[str(path)]["faces"][0], random)
        truth["file"] = f"{number:03d}." + ("jpg" if truth["quality"] else "png")
        result.save(options.folder / truth["file"], **({"quality": truth["quality"]} if truth["quality"] else {}))
        made.append(truth | {"photograph": path.name})
    cases.write_text(json.dumps({"before": {p.name: found.get(str(p), {}).get("regions", []) for p in photographs}, "cases": made}, indent=1))


def judged(truth, found):
    near = [r for r in found["regions"] if r["box"]["left"] < truth["centre"][0] < r["box"]["right"]
            and r["box"]["top"] < truth["centre"][1] < r["box"]["bottom"]] or found["regions"]
    region = max(near, key=lambda r: r["blocks"], default=None)
    line = {"truth": truth, "found": region is not None, "others": max(0, len(found["regions"]) - 1)}
    if region:
        line["block"] = abs(region["blockWidth"] - truth["block"]) / truth["block"]
        line["area"] = region["blocks"] * region["blockWidth"] * region["blockHeight"] / truth["resized"] ** 2 / truth["inside"]
        line["confidence"] = region["confidence"]
    faces = [f for f in found["faces"] if f["regions"]]
    if faces:
        face = faces[0]
        (x, y), size, turn = square(face)
        block = truth["block"]
        line.update(origin=face["origin"], likeness=face.get("likeness"), turn=abs(turn - truth["turn"]),
                    place=math.hypot(x - truth["centre"][0], y - truth["centre"][1]) / block,
                    size=(size - truth["size"]) / block)
    return line


def report(lines):
    def share(those):
        those = list(those)
        return f"{100 * np.mean(those):.1f} %" if those else "–"

    for name, chosen in [("all", lambda t: True), ("untouched", lambda t: t["resized"] == 1 and not t["quality"]),
                         ("JPEG", lambda t: t["resized"] == 1 and t["quality"]), ("resized", lambda t: t["resized"] != 1),
                         ("eyes", lambda t: t["kind"] == "eyes"), ("oval", lambda t: t["kind"] == "oval")]:
        those = [line for line in lines if chosen(line["truth"])]
        right = [line for line in those if line["found"] and line["block"] < 0.02]
        faces = [line for line in right if "place" in line]
        text = f"{name}: {len(those)} cases, found {share(l['found'] for l in those)}, block within 2 % {share(l['found'] and l['block'] < 0.02 for l in those)}"
        if right:
            text += f", area {np.median([l['area'] for l in right]):.2f}, others {np.mean([l['others'] for l in right]):.2f}"
            text += f", face {share('place' in l for l in right)}"
        for origin in ("landmarks", "pattern", "region"):
            some = [l for l in faces if l["origin"] == origin]
            if some:
                text += (f"; {origin} {len(some)}: place {np.median([l['place'] for l in some]):.2f} blocks, size "
                         f"{np.median([abs(l['size']) for l in some]):.2f}, turn {np.median([l['turn'] for l in some]):.1f}°")
        print(text)
    for line in lines:
        if not line["found"] or line["block"] > 0.02:
            t = line["truth"]
            print(f"  {t['file']}: {t['kind']} block {t['block']:.1f} blocks {t['blocks']:.0f} quality {t['quality']} resized "
                  f"{t['resized']:.2f} " + (f"block off {line['block']:.3f}" if line["found"] else "not found"))


if __name__ == "__main__":
    main()
