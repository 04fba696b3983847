"""What searches end with: a few people at two sizes, one answer in fast mode and one in classic mode each."""

import json
from argparse import Namespace

import numpy as np
from PIL import Image

from search import portraits, searching, tone

SIZES = (16, 32)
# Of the 23 slots of a file; no layer reads the others.
LIVE = [0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 21]


def run(options, mode, note):
    """Every search in this mode that is not in DIR/searches.json yet; what is known of all of them, in either mode."""
    folder = options.folder
    file = folder / "searches.json"
    record = json.loads(file.read_text()) if file.exists() else {"people": people(options, note), "searches": []}
    done = {(s["name"], s["size"], s["mode"]) for s in record["searches"]}
    settings = Namespace(pulse=options.pulse, count=1, seed=options.seed, threads=options.threads, steps=None)
    # From both ends of the tones inwards, so that a run that is cut off has looked at either.
    order = sorted(range(len(record["people"])), key=lambda i: (min(i, len(record["people"]) - 1 - i), i))
    for number, person in enumerate(record["people"][i] for i in order):
        for size in SIZES:
            if (person["name"], size, mode) in done:
                continue
            found = searching.search(settings, folder, person, size, mode)
            if "error" in found:
                raise RuntimeError(f"{person['name']}, {mode} mode: {found['error']}")
            record["searches"].append(found)
            file.write_text(json.dumps(record, indent=1) + "\n")
            note(f"search {number + 1} of {len(record['people'])}: {mode} {size} px, {found['wall']:.0f} s")
    return record


def people(options, note):
    """Aligned faces, evenly over the range of their skin tones, darkest first."""
    if options.portraits:
        photographs = portraits.photographs(options.portraits)
    else:
        note("no --portraits: generated faces stand in for photographs, which says nothing about people")
        files = portraits.generated(options.pulse, portraits.PEOPLE_SEEDS, options.folder / "people", options.threads, note)
        photographs = [(file, None) for file in files]
    found = portraits.align(options.pulse, photographs, SIZES, options.folder, note)
    for person in found:
        person["ita"], person["lightness"] = colour(read(options.folder / person["photograph"]))
    found.sort(key=lambda person: person["ita"])
    chosen = np.linspace(0, len(found) - 1, min(options.people, len(found))).round().astype(int)
    return [found[i] for i in chosen]


def read(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def colour(picture):
    """ITA and L* of the skin's patches."""
    skin = tone.skin(picture)
    return tone.ita(skin), float(tone.lab(skin)[0])


def latents(file):
    """w [16, 512] of an answer's safetensors file."""
    content = file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    entry = json.loads(content[8:start])["w"]
    first, end = entry["data_offsets"]
    return np.frombuffer(content[start + first:start + end], "<f4").reshape(entry["shape"])[0, LIVE]


def answers(options, record, space):
    """For each search the tone and the latents of its answer: [(search, person, figures)]."""
    by_name = {person["name"]: person for person in record["people"]}
    rows = []
    for search in record["searches"]:
        person = by_name[search["name"]]
        file = options.folder / search["files"][0]
        # What the latents draw, before the exact fit; in classic mode that is the answer itself.
        searched = file
        if search["mode"] == "fast":
            searched = file.with_name("searched.png")
            if not searched.exists():
                portraits.command(options.pulse, "generate", "--latents", file.with_suffix(".safetensors"), "--threads",
                                  options.threads, "--output", searched)
        v = space.before_activation(latents(file.with_suffix(".safetensors")))
        figures = space.distances(v) | {"apart": space.apart(v)}
        for name, shown in (("saved", file), ("searched", searched)):
            ita, lightness = colour(read(shown))
            figures[name] = {"ita": ita - person["ita"], "lightness": lightness - person["lightness"]}
        rows.append((search, person, figures))
    return rows


def offsets(options, record, space):
    """[answers, 16, 512]: how far the slots of fast answers are from what they have in common, in v."""
    found = []
    for search in record["searches"]:
        if search["mode"] == "fast":
            v = space.before_activation(latents((options.folder / search["files"][0]).with_suffix(".safetensors")))
            found.append(v - v.mean(0))
    return np.array(found)
