#!/usr/bin/env python3
"""Searches for faces of a folder of portraits in every mode, and measures how soon, how well and how fairly.

    make bench ARGS='search --portraits FOLDER'

FOLDER holds photographs, and optionally photos.csv with the columns file and group. Benchmarks/search/README.md says what
is measured. This script needs nothing but Python's standard library and searches; the evaluation runs in another
interpreter afterwards: $PULSE_BENCH_PYTHON, or the one in .venv, which this script offers to make.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import contestants
from run import commit, note, processor
from search import interpreter, portraits, searching

HERE = Path(__file__).resolve().parent
RECORD = "run.json"


def main():
    options = arguments()
    if not options.pulse.exists():
        raise RuntimeError(f"{options.pulse} is missing: run `make build`")
    if not contestants.model_file().exists():
        raise RuntimeError(f"{contestants.model_file()} is missing: run `make setup`, which imports the default model")
    if options.portraits:
        portraits.photographs(Path(options.portraits))
    python = interpreter.interpreter(options, note)
    modes = searching.offered(options.pulse, options.modes, note)
    if not modes:
        raise RuntimeError("none of these modes is offered")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary).resolve()
        record = started(options, folder, modes)
        search_all(options, record, folder, python)
        # The evaluation's numbers of threads are those of the searches.
        environment = os.environ | {name: str(options.threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        words = [python, HERE / "search/evaluate.py", folder] + (["--json", options.json] if options.json else [])
        if subprocess.run(list(map(str, words)), check=False, env=environment).returncode:
            raise RuntimeError("the evaluation failed" + (f"; {HERE / 'search/evaluate.py'} {folder} makes it again" if options.keep else ""))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portraits", metavar="FOLDER", help="photographs of people (default: generated faces stand in for them)")
    parser.add_argument("--sizes", default="16,32", help="pixels a side of the inputs, with commas (default: 16,32)")
    parser.add_argument("--modes", default="classic,fast", help="with commas; those that are not offered are skipped (default: classic,fast)")
    parser.add_argument("--count", type=int, default=4, help="answers to each input (default: 4)")
    parser.add_argument("--limit", type=int, help="only so many photographs, from the first")
    parser.add_argument("--seed", type=int, default=1, help="of the first portrait; each has one of its own (default: 1)")
    parser.add_argument("--steps", type=int, help="search steps, for trying; the default is each mode's own")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="default: all")
    parser.add_argument("--reference", type=int, default=0, metavar="N",
                        help="also run the recipe in PyTorch on the first N portraits, minutes each (default: 0)")
    parser.add_argument("--keep", metavar="DIR", help="keep pictures and times in DIR; a run that was cut off goes on there")
    parser.add_argument("--json", metavar="FILE", help="write every figure to FILE as well")
    parser.add_argument("--pulse", type=Path, default=HERE.parent / ".build/release/pulse", metavar="FILE",
                        help="the program to measure (default: this clone's)")
    parser.add_argument("--yes", action="store_true", help="install what the evaluation needs into .venv without asking")
    options = parser.parse_args()
    options.sizes = [int(size) for size in options.sizes.split(",")]
    options.modes = options.modes.split(",")
    options.pulse = options.pulse.resolve()
    if not all(8 <= size <= 256 for size in options.sizes):
        parser.error("--sizes are from 8 to 256")
    if min(options.count, options.threads, options.limit or 1, options.steps or 1) < 1 or options.reference < 0:
        parser.error("counts are from 1")
    return options


def started(options, folder, modes):
    """The record of a new run, or of one that was kept and is the same."""
    request = {key: getattr(options, key) for key in ("portraits", "sizes", "count", "limit", "seed", "steps", "threads")}
    file = folder / RECORD
    if file.exists():
        record = json.loads(file.read_text())
        if record["request"] != request:
            raise RuntimeError(f"{folder} holds a run with other options: {record['request']}")
        note(f"going on with {len(record['searches'])} searches that are done")
        return record | {"modes": modes}
    folder.mkdir(parents=True, exist_ok=True)
    threads = f"{options.threads} thread{'s' if options.threads > 1 else ''}"
    steps = f", {options.steps} steps only" if options.steps else ""
    about = f"{processor()}, {threads}, commit {commit()}, load average {os.getloadavg()[0]:.1f} before{steps}"
    # Samples first: they also bring the model into the system's memory, before anything is timed.
    prior = portraits.generated(options.pulse, portraits.PRIOR_SEEDS, folder / "prior", options.threads, note)
    if options.portraits:
        photographs = portraits.photographs(Path(options.portraits), options.limit)
    else:
        note("no --portraits: generated faces stand in for photographs, which says nothing about people")
        people = portraits.generated(
            options.pulse, portraits.PEOPLE_SEEDS[:options.limit], folder / "people", options.threads, note)
        photographs = [(file, None) for file in people]
    people = portraits.align(options.pulse, photographs, options.sizes, folder, note)
    record = {"about": about, "request": request, "generated": not options.portraits, "modes": modes, "portraits": people,
              "prior": [str(file.relative_to(folder)) for file in prior], "searches": [], "reference": []}
    save(record, folder)
    return record


def search_all(options, record, folder, python):
    """Every search that is not there yet. Modes take turns, and begin in turns, portrait by portrait."""
    with_torch = options.reference and contestants.has(python, "torch")
    if options.reference and not with_torch:
        note("PyTorch is not installed: running without its recipe (`make bench ARGS=--yes` installs it)")
    done = {(s["name"], s["size"], s["mode"]) for s in record["searches"]}
    referred = {(r["name"], r["size"]) for r in record["reference"]}
    for index, person in enumerate(record["portraits"]):
        turn = index % len(record["modes"])
        for size in options.sizes:
            for mode in record["modes"][turn:] + record["modes"][:turn]:
                if (person["name"], size, mode) not in done:
                    found = searching.search(options, folder, person, size, mode)
                    record["searches"].append(found)
                    save(record, folder)
                    note(f"{index + 1}/{len(record['portraits'])} {person['name']} {mode} {size} px: {found['wall']:.1f} s, " + (
                        found.get("error") or f"{sum(found['accepted'])} of {len(found['files'])} accepted"))
            if with_torch and index < options.reference and (person["name"], size) not in referred:
                record["reference"].append(searching.reference(
                    python, HERE / "reference_recipe.py", contestants.model_file(), options, folder, person, size))
                save(record, folder)
                found = record["reference"][-1]
                note(f"  the recipe in PyTorch, {size} px: " + (found.get("error") or f"{found['seconds']} s"))


def save(record, folder):
    file = folder / RECORD
    aside = file.with_suffix(".part")
    aside.write_text(json.dumps(record, indent=1) + "\n")
    aside.replace(file)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"benchmark: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
