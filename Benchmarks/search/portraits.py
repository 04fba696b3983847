"""The people of a run, aligned at every size, and samples of the prior."""

import csv
import json
import subprocess
from pathlib import Path

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".avif"}
# Without a folder of portraits, faces of these seeds are the people.
PEOPLE_SEEDS = range(1, 13)
PRIOR_SEEDS = range(7, 47)


def photographs(folder, limit=None):
    """The photographs of a folder, in the order of their names, as (path, group); the group is None without photos.csv."""
    if not folder.is_dir():
        raise RuntimeError(f"{folder} is not a folder of portraits")
    groups = {}
    table = folder / "photos.csv"
    if table.exists():
        with table.open(newline="", encoding="utf-8") as file:
            groups = {row["file"]: row.get("group") or None for row in csv.DictReader(file)}
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES)
    if not found:
        raise RuntimeError(f"{folder} holds no photographs ({', '.join(sorted(PICTURES))})")
    return [(path, groups.get(path.name)) for path in found[:limit]]


def generated(pulse, seeds, folder, threads, note):
    """The faces that the generator draws for these seeds, which are independent samples of its prior."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{seed}.png" for seed in seeds]
    for seed, file in zip(seeds, files):
        if not file.exists():
            command(pulse, "generate", "--seed", seed, "--threads", threads, "--output", file)
    note(f"{len(files)} generated faces in {folder.name}/")
    return files


def align(pulse, photographs, sizes, folder, note):
    """Crops the largest face of every photograph at 1024 pixels, and the same face at each size.

    Returns {name, group, photograph, inputs by size} for each photograph with a face; files are relative to `folder`.
    """
    people = []
    for number, (path, group) in enumerate(photographs):
        crop = largest_face(pulse, path, folder / "aligned/1024")
        if crop is None:
            note(f"{path.name}: no face was found; it is left out")
            continue
        inputs = {}
        for size in sizes:
            # Landmarks instead of another look, so that every size is of the same face.
            file = folder / f"aligned/{size}/{path.stem}_0.png"
            if not file.exists():
                command(pulse, "align", path, "--size", size, "--landmarks", crop.with_suffix(".json"), "--output", file.parent)
            inputs[str(size)] = str(file.relative_to(folder))
        people.append({"name": path.stem, "group": group, "number": number,
                       "photograph": str(crop.relative_to(folder)), "inputs": inputs})
    if not people:
        raise RuntimeError("no photograph has a face")
    note(f"{len(people)} of {len(photographs)} photographs aligned")
    return people


def largest_face(pulse, photograph, folder):
    """The crop at 1024 pixels of the face with the largest box; None where there is no face."""
    def crops():
        return [p for p in folder.glob(f"{photograph.stem}_*.png") if p.stem.removeprefix(f"{photograph.stem}_").isdigit()]

    def area(crop):
        left, top, right, bottom = json.loads(crop.with_suffix(".json").read_text())["box"]
        return (right - left) * (bottom - top)

    if not crops():
        command(pulse, "align", photograph, "--size", 1024, "--output", folder, allowed=(0, 1))
    return max(sorted(crops()), key=area, default=None)


def command(pulse, *words, allowed=(0,)):
    """Runs pulse to its end; whatever else it answers with is an error."""
    run = subprocess.run([pulse, *map(str, words)], capture_output=True, text=True, check=False)
    if run.returncode not in allowed:
        raise RuntimeError(f"pulse {words[0]}: {last_line(run.stderr) or f'exit status {run.returncode}'}")
    return run


def last_line(text):
    lines = [line for line in text.strip().splitlines() if not line.lstrip().startswith(("Usage:", "See "))]
    return lines[-1] if lines else ""

