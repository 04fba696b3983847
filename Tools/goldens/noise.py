"""Small generated faces as clean PNG files and as libjpeg's files, for Tests/SearchTests.

    python3 noise.py PULSE

PULSE is the program that draws the faces.
"""

import json
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "Tests/SearchTests/Goldens/noise"
SEEDS = [11, 12]
SIDES = [16, 32, 64]
QUALITIES = [20, 50, 90]
# As Pillow numbers them.
SUBSAMPLINGS = {"444": 0, "420": 2}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "face.png"
            subprocess.run([sys.argv[1], "generate", "--seed", str(seed), "--output", file], check=True)
            large = Image.open(file).convert("RGB")
        for side in SIDES:
            face = large.resize((side, side), Image.Resampling.BICUBIC)
            face.save(FOLDER / f"{seed}-{side}.png")
            if seed != SEEDS[0] or side == 64:
                continue
            for quality in QUALITIES:
                for name, subsampling in SUBSAMPLINGS.items():
                    face.save(FOLDER / f"{seed}-{side}-{quality}-{name}.jpg", quality=quality, subsampling=subsampling)
    (FOLDER / "manifest.json").write_text(json.dumps({
        "about": "generated faces made small, SEED-SIDE.png, and compressed, SEED-SIDE-QUALITY-SUBSAMPLING.jpg",
        "script": "Tools/goldens/noise.py",
        "seeds": SEEDS,
        "versions": {"python": platform.python_version(), "pillow": metadata.version("pillow")},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()
