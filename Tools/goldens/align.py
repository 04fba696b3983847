"""What PULSE's own align_face cuts out, for given landmarks.

    align.py golden  --reference SHAPE_PREDICTOR_PY
        writes Tests/FaceAlignmentTests/Goldens/align_*.png and align.json: crops of pictures that are a formula
    align.py measure --reference SHAPE_PREDICTOR_PY --pulse PROGRAM PHOTO...
        aligns photographs, cut and turned so that the padding comes in, with the program, runs the original on the
        landmarks the program found, and prints how far the crops differ

SHAPE_PREDICTOR_PY is the file of that name in the original repository; it is run, never copied. Of its imports
only numpy, scipy and Pillow take part; dlib is replaced by landmarks that are given.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import PIL
import scipy
from PIL import Image

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/FaceAlignmentTests/Goldens"


def load_reference(path, side):
    """The original's align_face as a function (picture file, landmarks) -> crop, for crops of `side` pixels."""
    for name in ["dlib", "drive", "bicubic", "torchvision"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["drive"].open_url = None
    sys.modules["bicubic"].BicubicDownSample = None
    Image.ANTIALIAS = Image.LANCZOS  # the name it had until Pillow 10
    source = Path(path).read_text()
    for old, new in [("output_size = 1024", f"output_size = {side}"),
                     ("transform_size = 4096", f"transform_size = {4 * side}")]:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    module = {}
    exec(compile(source, str(path), "exec"), module)

    def crop(file, landmarks):
        module["get_landmark"] = lambda *_: [np.array(landmarks)]
        return module["align_face"](str(file), None)[0]

    return crop


# Goldens


def picture(width, height):
    """A picture of waves with straight flanks, in whole numbers only: any language draws the same one."""
    y, x = np.mgrid[:height, :width].astype(np.int64)
    wave = lambda v: np.abs(v % 510 - 255)
    return np.stack([wave(3 * x + 2 * y), wave(5 * x - 4 * y + x * y // 64), wave(x * y // 16 + 7 * x)], -1).astype(np.uint8)


def landmarks(centre, scale, degrees):
    """68 points of which the eyes and the mouth's corners are where a face would have them."""
    points = np.zeros((68, 2))
    turn = np.arange(68)
    points[:36] = np.stack([1.2 * np.cos(turn[:36] / 6), 1.4 * np.sin(turn[:36] / 6)], -1)
    for first, x in [(36, -0.5), (42, 0.5)]:
        angle = np.arange(6) * math.pi / 3
        points[first:first + 6] = np.stack([x - 0.2 * np.cos(angle), -0.4 - 0.1 * np.sin(angle)], -1)
    angle = np.arange(20) * math.pi / 6
    points[48:] = np.stack([-0.4 * np.cos(angle), 0.6 - 0.15 * np.sin(angle)], -1)
    angle = math.radians(degrees)
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.rint(points @ rotation * scale + centre)


CASES = {  # name: (picture's size, face's centre, its scale, its turn)
    "inside": ((300, 260), (150, 130), 40, 12),
    "shrunk": ((900, 800), (430, 420), 160, -30),
    "enlarged": ((60, 60), (30, 30), 8, 5),
    "corner": ((300, 260), (30, 40), 50, 20),
    "tight": ((120, 150), (60, 80), 50, -8),
    "larger": ((30, 24), (14, 12), 30, 15),
    "upside": ((300, 260), (250, 130), 40, 170),
}


def write_goldens(arguments):
    side = 128
    crop = load_reference(arguments.reference, side)
    GOLDENS.mkdir(parents=True, exist_ok=True)
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (size, centre, scale, degrees) in CASES.items():
            file = Path(folder) / "picture.png"
            Image.fromarray(picture(*size)).save(file)
            points = landmarks(centre, scale, degrees)
            crop(file, points).save(GOLDENS / f"align_{name}.png", optimize=True)
            cases.append({"name": name, "width": size[0], "height": size[1], "landmarks": points.tolist()})
    manifest = {"script": "Tools/goldens/align.py", "side": side, "cases": cases,
                "versions": {"pillow": PIL.__version__, "numpy": np.__version__, "scipy": scipy.__version__}}
    (GOLDENS / "align.json").write_text(json.dumps(manifest) + "\n")


# Measurement


def variants(photo):
    """The photograph as it is, turned, and cut so close that the crop reaches over its edges."""
    width, height = photo.size
    yield "whole", photo
    yield "turned", photo.rotate(20, Image.BICUBIC)
    cut = lambda l, t, r, b: photo.crop(tuple(round(v) for v in (l * width, t * height, r * width, b * height)))
    yield "tight", cut(0.2, 0.15, 0.8, 0.75)
    yield "low", cut(0.1, 0.2, 0.75, 1.0)
    yield "large", photo.resize((3 * width, 3 * height), Image.BICUBIC)


def measure(arguments):
    crop = load_reference(arguments.reference, 1024)
    differences, detected = [], {}
    for path in arguments.photos:
        for kind, photo in variants(Image.open(path).convert("RGB")):
            if kind not in arguments.kinds:
                continue
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "photo.png"
                photo.save(file, compress_level=1)
                subprocess.run([arguments.pulse, "align", file, "--output", folder, "--size", "1024"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                found = Path(folder) / "photo_0.json"
                detected.setdefault(kind, []).append(found.exists())
                if not found.exists():
                    continue
                face = json.loads(found.read_text())
                ours = np.asarray(Image.open(Path(folder) / "photo_0.png"), float)
                theirs = np.asarray(crop(file, face["landmarks"]), float)
                quad = np.array(face["quad"])
                over = max(-quad.min(), (quad - photo.size).max())
                difference = np.abs(ours - theirs)
                differences.append(difference.mean())
                print(f"{Path(path).name} {kind:7s} over the edge by {over:7.1f}  mean {difference.mean():.3f}  "
                      f"max {difference.max():.0f}", flush=True)
    for kind, hits in detected.items():
        print(f"{kind}: a face in {sum(hits)} of {len(hits)}")
    print(f"{len(differences)} crops: mean difference at most {max(differences):.3f}, on average {np.mean(differences):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    golden = commands.add_parser("golden")
    golden.set_defaults(run=write_goldens)
    measuring = commands.add_parser("measure")
    measuring.set_defaults(run=measure)
    measuring.add_argument("--pulse", required=True)
    measuring.add_argument("--kinds", default="whole,turned,tight,low,large", help="of: %(default)s")
    measuring.add_argument("photos", nargs="+")
    for command in [golden, measuring]:
        command.add_argument("--reference", required=True)
    arguments = parser.parse_args()
    arguments.run(arguments)


main()
