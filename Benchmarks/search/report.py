"""The table of a run."""

LABEL = 46
WIDTH = 22


def report(record, result):
    people, columns = record["portraits"], result["columns"]
    whose = "generated faces in the place of photographs" if record["generated"] else "portraits"
    lines = [record["about"], f"{len(people)} {whose}, {record['request']['count']} answers each; all answers count below, accepted or not", ""]
    lines.append(row("", [f"{c['mode']} {c['size']} px" for c in columns]))
    for label, show in ROWS:
        cells = [show(c) for c in columns]
        if any(cells):
            lines.append(row(label, cells))
    groups = {name: found["count"] for c in columns for name, found in c.get("tone", {}).get("groups", {}).items()}
    for name, count in groups.items():
        cells = [with_interval(c.get("tone", {}).get("groups", {}).get(name, {}).get("shift")) for c in columns]
        lines.append(row(f"  {name} ({count})", cells))
    lines += ["", *notes(record, result)]
    return "\n".join(lines)


def row(label, cells):
    return f"{label:<{LABEL}}" + "".join(f"{cell or '-':>{WIDTH}}" for cell in cells)


def number(key, form="{:.1f}", empty=None):
    def show(column):
        value = column.get(key)
        return empty if value is None else form.format(value)

    return show


def with_interval(found, form="{:+.1f}"):
    if found is None:
        return None
    value, low, high = (form.format(v) for v in found)
    return f"{value} [{low}, {high}]"


def fit(column):
    if column["rmsMedian"] is None:
        return None
    return f"{column['rmsMedian']:.2f} / {column['rmsWorst']:.2f}"


def nearest(column):
    if column.get("ownNearest") is None:
        return None
    return f"{column['ownNearest']:.0%} (chance {1 / column['dozen']:.0%})"


ROWS = [
    ("first accepted answer, median seconds", number("firstAccepted", empty="never")),
    ("all answers, median seconds", number("all")),
    ("portraits with an accepted answer", number("portraitsAccepted", "{:.0%}")),
    ("answers accepted", number("answersAccepted", "{:.0%}")),
    ("fit, rms in grey levels, median / worst", fit),
    ("peak memory, MB", number("peakMB", "{:.0f}")),
    ("variety, photographs have 1", number("variety", "{:.2f}")),
    ("own photograph nearest of a random dozen", nearest),
    ("among answers to one input, prior has 1", number("among", "{:.2f}")),
    ("NIQE, median", number("niqe", "{:.2f}")),
    ("NIQE against these photographs, median", number("niqeAgainstPhotographs", "{:.2f}")),
    ("skin tone: slope of shift on the photograph's", lambda c: with_interval(c.get("tone", {}).get("slope"), "{:+.2f}")),
    ("skin tone: mean shift in degrees of ITA", lambda c: with_interval(c.get("tone", {}).get("shift"))),
]


def notes(record, result):
    """What does not fit into columns."""
    photographs = result["photographs"]
    lines = ["the photographs themselves: fit to their inputs " + ", ".join(
        f"{worst:.2f} at {size} px" for size, worst in photographs["rmsWorst"].items()) + " at worst"
        + "".join(f"; {name} {photographs[key]:.2f}" for name, key in (
            ("NIQE", "niqe"), ("NIQE against the other photographs", "niqeAgainstPhotographs")) if photographs[key] is not None)]
    if photographs.get("meanDistance") and photographs.get("meanDistanceOfPrior"):
        lines.append(f"mean distance between faces: photographs {photographs['meanDistance']:.3f}, "
                     f"samples of the prior {photographs['meanDistanceOfPrior']:.3f}"
                     + (f"; {result['facesMissed']} faces were not found and taken to be where they usually are"
                        if result["facesMissed"] else ""))
    if photographs["niqe"] is None:
        lines.append("NIQE's published model is not installed (README.md says how)")
    off = max((c["certificatesOff"] or 0 for c in result["columns"]), default=0)
    lines.append(f"fit is measured here apart from pulse; its reports differ from it by {off:.4f} at most")
    for column in result["columns"]:
        if column["failed"]:
            lines.append(f"{column['mode']} {column['size']} px failed on {', '.join(column['failed'])}")
    for found in result["reference"]:
        reached = found["secondsToTolerance"]
        lines.append(
            f"the recipe in PyTorch at {found['size']} px, {found['runs']} run{'s' if found['runs'] > 1 else ''} of {found['steps']} steps: median "
            f"{found['seconds']:.1f} s, to its own tolerance " + ("never" if reached is None else f"{reached:.1f} s")
            + f", {found['accepted']:.0%} accepted")
    return lines
