"""Measures what a run has left in its folder, apart from the program that made it.

    python evaluate.py DIR [--json FILE]

DIR is what `--keep DIR` kept. It is measured as far as it goes: a run that was cut off can be looked at too.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from search import embedding, niqe, tone  # noqa: E402
from search.consistency import read, rms  # noqa: E402
from search.report import report  # noqa: E402

RECORD = "run.json"


class Measures:
    """What is measured on single pictures, each once."""

    def __init__(self, folder, record, note):
        self.folder, self.note = folder, note
        self.embedder = embedding.Embedder.installed()
        if self.embedder is None:
            note("dlib-bin or face_recognition_models is not installed: distances between faces are left out")
        self.photographs = {}
        for person in record["portraits"]:
            picture = read(folder / person["photograph"])
            self.photographs[person["name"]] = {
                "niqeFeatures": niqe.features(picture), "ita": tone.ita(tone.skin(picture)), "face": self.face(picture),
                "rms": {size: rms(picture, read(folder / low)) for size, low in person["inputs"].items()}}
        pictures = [p["niqeFeatures"] for p in self.photographs.values()]
        self.models = {"niqe": niqe.published(), "niqeAgainstPhotographs": niqe.fit(pictures)}
        for name, photograph in self.photographs.items():
            rows = photograph["niqeFeatures"][0]
            # Against the others alone: its own blocks would speak for it.
            others = [p["niqeFeatures"] for n, p in self.photographs.items() if n != name]
            models = self.models | {"niqeAgainstPhotographs": niqe.fit(others) if others else None}
            photograph |= {key: niqe.distance(rows, model) if model else None for key, model in models.items()}
        self.prior = [self.face(read(folder / file)) for file in record["prior"]] if self.embedder else []
        note(f"{len(self.photographs)} photographs and {len(self.prior)} samples of the prior measured")

    def face(self, picture):
        return self.embedder(picture) if self.embedder else None

    def answer(self, file, low):
        picture = read(self.folder / file)
        rows, _ = niqe.features(picture)
        found = {key: niqe.distance(rows, model) if model else None for key, model in self.models.items()}
        return found | {"file": file, "rms": rms(picture, low), "ita": tone.ita(tone.skin(picture)), "face": self.face(picture)}


def evaluate(folder, record, note):
    measures = Measures(folder, record, note)
    people = {person["name"]: person for person in record["portraits"]}
    columns, pictures = [], []
    for size in record["request"]["sizes"]:
        for mode in record["modes"]:
            searches = [s for s in record["searches"] if (s["size"], s["mode"]) == (size, mode)]
            for search in searches:
                low = read(folder / people[search["name"]]["inputs"][str(size)])
                search["answers"] = [measures.answer(file, low) for file in search["files"]]
            if searches:
                note(f"{mode} at {size} pixels measured")
                columns.append({"size": size, "mode": mode} | figures(measures, people, searches))
                pictures += [{"name": s["name"], "size": size, "mode": mode, "reportedRms": reported}
                             | {key: value for key, value in answer.items() if key != "face"}
                             for s in searches for answer, reported in zip(s["answers"], s.get("rms", []))]
    return {"columns": columns, "photographs": of_photographs(measures, record), "reference": of_reference(record),
            "facesMissed": measures.embedder.missed if measures.embedder else None, "pictures": pictures}


def figures(measures, people, searches):
    """One column: a size in a mode."""
    done = [s for s in searches if s["files"]]
    first = [min((t for t, accepted in zip(s["saved"], s["accepted"]) if accepted), default=None) for s in done]
    answers = [answer for s in done for answer in s["answers"]]
    found = {
        "portraits": len(searches), "failed": [s["name"] for s in searches if not s["files"]],
        "firstAccepted": median_or_never(first + [None] * (len(searches) - len(done))),
        "all": median([s["wall"] for s in done]), "count": max((len(s["files"]) for s in done), default=0),
        "portraitsAccepted": sum(any(s["accepted"]) for s in done) / len(searches),
        "answersAccepted": sum(sum(s["accepted"]) for s in done) / max(len(answers), 1),
        "rmsMedian": median([a["rms"] for a in answers]), "rmsWorst": max((a["rms"] for a in answers), default=None),
        "certificatesOff": max((abs(a["rms"] - r) for s in done for a, r in zip(s["answers"], s["rms"])), default=None),
        "peakMB": max((s["peakBytes"] for s in done), default=0) / 1e6,
        "niqe": median([a["niqe"] for a in answers]),
        "niqeAgainstPhotographs": median([a["niqeAgainstPhotographs"] for a in answers])}
    if done:
        found["tone"] = tone.shifts([
            (people[s["name"]]["group"], measures.photographs[s["name"]]["ita"], np.mean([a["ita"] for a in s["answers"]]))
            for s in done])
    if measures.embedder and done:
        photographs = [p["face"] for p in measures.photographs.values()]
        order = list(measures.photographs)
        owners = [order.index(s["name"]) for s in done for _ in s["answers"]]
        own = [measures.photographs[s["name"]]["face"] for s in done]
        nearest, dozen = embedding.own_nearest([a["face"] for a in answers], owners, photographs)
        found |= {"variety": embedding.variety([s["answers"][0]["face"] for s in done], own), "ownNearest": nearest, "dozen": dozen,
                  "among": embedding.among([[a["face"] for a in s["answers"]] for s in done], measures.prior)}
    return found


def of_photographs(measures, record):
    photographs = list(measures.photographs.values())
    found = {key: median([p[key] for p in photographs]) for key in ("niqe", "niqeAgainstPhotographs")}
    found["rmsWorst"] = {str(size): max(p["rms"][str(size)] for p in photographs) for size in record["request"]["sizes"]}
    found["ita"] = {name: p["ita"] for name, p in measures.photographs.items()}
    if measures.embedder:
        found |= {"meanDistance": embedding.mean_pairwise([p["face"] for p in photographs]),
                  "meanDistanceOfPrior": embedding.mean_pairwise(measures.prior)}
    return found


def of_reference(record):
    """The recipe in PyTorch by size: its times, and how often it came to its own tolerance."""
    found = []
    for size in record["request"]["sizes"]:
        runs = [r for r in record["reference"] if r["size"] == size and "error" not in r]
        if runs:
            found.append({
                "size": size, "runs": len(runs), "steps": runs[0]["steps"], "seconds": median([r["seconds"] for r in runs]),
                "secondsToTolerance": median_or_never([r["secondsToTolerance"] for r in runs]),
                "accepted": sum(r["acceptedByOriginal"] for r in runs) / len(runs)})
    return found


def median(values):
    values = [v for v in values if v is not None]
    return float(statistics.median(values)) if values else None


def median_or_never(seconds):
    """The median where one that never came is later than all; None where that is the median."""
    found = statistics.median([float("inf") if s is None else s for s in seconds])
    return None if found == float("inf") else found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", metavar="FILE", help="write every figure to FILE as well")
    options = parser.parse_args()
    if not (options.folder / RECORD).exists():
        sys.exit(f"{options.folder} holds no {RECORD}: it is not what a run with --keep left")
    record = json.loads((options.folder / RECORD).read_text())
    result = evaluate(options.folder, record, lambda text: print(text, file=sys.stderr, flush=True))
    print(report(record, result))
    if options.json:
        content = {key: record[key] for key in ("about", "request", "generated")} | result
        Path(options.json).write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
