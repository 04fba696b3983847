"""Compares models of the default generator's latents by what they draw, and what searches end with.

    python3 Benchmarks/latents/measure.py DIR [--portraits FOLDER]

DIR keeps everything; a run that was cut off goes on there. README.md says what is measured.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Benchmarks"), str(ROOT / "Tools/encoder")]

from latents import models, pictures, report, searches  # noqa: E402


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    record = searches.run(options, "fast", note)
    space = models.LatentSpace(options.seed)
    pictures.sample(options, space, searches.offsets(options, record, space), note)
    record = searches.run(options, "classic", note)
    print("\n".join(report.tables(options, space, record)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--portraits", type=Path, metavar="FOLDER",
                        help="photographs of people (default: generated faces stand in for them)")
    parser.add_argument("--people", type=int, default=8, help="how many of them are searched for (default: 8)")
    parser.add_argument("--samples", type=int, default=100, help="pictures of each model (default: 100)")
    parser.add_argument("--looked-at", type=int, default=100, metavar="N",
                        help="how many of these are measured for variety and realism, the slow part (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--threads", type=int, default=1, help="default: 1")
    parser.add_argument("--pulse", type=Path, default=ROOT / ".build/release/pulse", metavar="FILE",
                        help="the program to measure (default: this clone's)")
    options = parser.parse_args()
    options.folder, options.pulse = options.folder.resolve(), options.pulse.resolve()
    return options


def note(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
