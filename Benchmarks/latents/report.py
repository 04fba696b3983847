"""The tables, as Markdown."""

import numpy as np

from search import embedding, tone

from . import pictures, searches
from .models import FEWER, MODELS, PAIRED

# Chardon et al. 1991, with Del Bino's names; lower limits in degrees of ITA.
CLASSES = {"very light": 55, "light": 41, "intermediate": 28, "tan": 10, "brown": -30, "dark": -np.inf}
RESAMPLES = 4000
# Where aligned faces are in a picture, in shares of its sides, as the search has it.
CENTRE, RADII = (0.53, 0.50), (0.42, 0.33)


def tables(options, space, record):
    data = {model: pictures.read(options, model) for model in MODELS}
    yield from samples_table(options, space, data)
    yield from tone_table(data)
    yield from searches_table(options, space, record)
    for name, (ita, lightness) in pictures.at_the_mean(options, space).items():
        yield f"The picture of the {name}: {ita:.1f} degrees of ITA, L* {lightness:.1f}"
    leading, diagonal = space.variance_kept(32)
    yield (f"32 directions hold {leading:.0%} of the variance of v; a diagonal Gaussian has {diagonal:.1%} of the variance along "
           f"them. Squared distance of true samples, 5, 50, 95, 99 %: "
           + ", ".join(f"{np.percentile(space.quantiles, p):.0f}" for p in (5, 50, 95, 99)))


def samples_table(options, space, data):
    looked_at = f"{min(options.looked_at, options.samples)} of them"
    yield f"### Variety and realism: {options.samples} pictures each; distances, faces and NIQE on {looked_at}\n"
    yield "| model | variety | variance at 16×16 | one face found | NIQE | brightness of the face, mean, spread | distance | percentile | apart |"
    yield "|---|---|---|---|---|---|---|---|---|"
    true = data["true"]
    for model, title in MODELS.items():
        own = data[model]
        cells = [title]
        cells.append(ratio(spread_of_faces, *(embedding.distances(x, x) for x in (own["embedding"], true["embedding"])))
                     if "embedding" in own else "")
        cells.append(ratio(total_variance, own["small"].reshape(len(own["small"]), -1), true["small"].reshape(len(true["small"]), -1)))
        cells.append(share(own["faces"] == 1) if "faces" in own else "")
        cells.append(shown(bootstrap(np.median, own["niqe"]), 2) if "niqe" in own else "")
        face = brightness(own["small"])
        cells.append(f"{shown(bootstrap(np.mean, face), 0)}, {shown(bootstrap(np.std, face), 0)}")
        cells.append(f"{np.median(own['distance']):.0f} ({np.median(own['leading']):.2f}, {np.median(own['far']):.2f})")
        cells.append(f"{np.median([space.percentile(d) for d in own['distance']]):.0f}")
        cells.append(f"{np.mean(own['apart']):.2f}")
        yield row(cells)
    yield ""


def tone_table(data):
    yield "### Skin tone, degrees of ITA\n"
    yield "| model | mean | minus true | spread over true | 5 % | 25 % | 50 % | 75 % | 95 % | darker than 10 | darker than −30 |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    tones = {model: title for model, title in MODELS.items() if model not in FEWER}
    for model, title in tones.items():
        own, true = data[model]["ita"], data["true"]["ita"]
        minus = bootstrap(lambda x, y: x.mean() - y.mean(), own, true, paired=PAIRED.get(model) == "true")
        yield row([title, shown(bootstrap(np.mean, own), 1), shown(minus, 1) if model != "true" else "",
                   shown(bootstrap(lambda x, y: x.std() / y.std(), own, true), 2) if model != "true" else f"({own.std():.1f})",
                   *(f"{q:.0f}" for q in np.percentile(own, [5, 25, 50, 75, 95])),
                   share(own < 10), share(own < -30)])
    yield ""
    for model, reference in PAIRED.items():
        minus = [data[model][name] - data[reference][name][:len(data[model][name])] for name in ("ita", "lightness")]
        yield f"{model} minus {reference}, paired: ITA {shown(bootstrap(np.mean, minus[0]), 1)}, L* {shown(bootstrap(np.mean, minus[1]), 1)}\n"
    yield from contrasts_table(data)
    yield "### Lightness of the skin, L*\n"
    yield "| model | mean | minus true | spread over true | 5 % | 25 % | 50 % | 75 % | 95 % | darker than 50 |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for model, title in tones.items():
        own, true = data[model]["lightness"], data["true"]["lightness"]
        minus = bootstrap(lambda x, y: x.mean() - y.mean(), own, true, paired=PAIRED.get(model) == "true")
        spread = bootstrap(lambda x, y: x.std() / y.std(), own, true)
        yield row([title, shown(bootstrap(np.mean, own), 1), *((shown(minus, 1), shown(spread, 2)) if model != "true" else ("", f"({own.std():.1f})")),
                   *(f"{q:.0f}" for q in np.percentile(own, [5, 25, 50, 75, 95])), share(own < 50)])
    yield ""
    yield "| model | " + " | ".join(CLASSES) + " |"
    yield "|---|" + "---|" * len(CLASSES)
    for model, title in tones.items():
        above, cells = np.inf, [title]
        for limit in CLASSES.values():
            cells.append(share((data[model]["ita"] > limit) & (data[model]["ita"] <= above)))
            above = limit
        yield row(cells)
    yield ""


def contrasts_table(data):
    """What one of the two assumptions does, the other being as it is."""
    yield "| | ITA, minus | spread over | L*, minus | spread over |"
    yield "|---|---|---|---|---|"
    for own, other in (("tiled", "full"), ("slots", "full-slots"), ("slots", "tiled"), ("full-slots", "full")):
        cells = [f"{MODELS[own]}, against {MODELS[other]}"]
        for name in ("ita", "lightness"):
            both = data[own][name], data[other][name]
            cells += [shown(bootstrap(lambda x, y: x.mean() - y.mean(), *both), 1),
                      shown(bootstrap(lambda x, y: x.std() / y.std(), *both), 2)]
        yield row(cells)
    yield ""


def searches_table(options, space, record):
    found = searches.answers(options, record, space)
    people = record["people"]
    yield f"### What searches end with: {len(people)} people, one answer each\n"
    yield "Medians over people; apart in standard deviations.\n"
    yield "| search | accepted | rms, saved | distance | along the 64 leading axes, the others | percentile | apart |"
    yield "|---|---|---|---|---|---|---|"
    by_search = {}
    for size in searches.SIZES:
        for mode in ("classic", "fast"):
            rows = [(s, f) for s, _, f in found if (s["size"], s["mode"]) == (size, mode)]
            if not rows:
                continue
            by_search[mode, size] = {s["name"]: f for s, f in rows}
            median = {name: np.median([f[name] for _, f in rows]) for name in ("distance", "leading", "far", "apart")}
            yield row([f"{mode}, {size} px", f"{sum(s['accepted'][0] for s, _ in rows)} of {len(rows)}",
                       f"{np.median([s['rms'][0] for s, _ in rows]):.2f}", f"{median['distance']:.0f}",
                       f"{median['leading']:.2f}, {median['far']:.2f}",
                       f"{np.median([space.percentile(f['distance']) for _, f in rows]):.0f}", f"{median['apart']:.2f}"])
    yield ""
    for measure, title in (("ita", "Degrees of ITA"), ("lightness", "L*")):
        yield from shifts_table(people, by_search, measure, title)


def shifts_table(people, by_search, measure, title):
    """How far each answer's skin is from the photograph's: as saved, and as the latents draw it, before the exact fit."""
    yield f"{title}, answer minus photograph, from the photograph of the darkest skin to that of the lightest.\n"
    yield "| search | " + " | ".join(f"{person[measure]:.0f}" for person in people) + " | mean | slope |"
    yield "|---|" + "---|" * (len(people) + 2)
    shifts = {}
    for (mode, size), figures in by_search.items():
        for kind in ("saved", "searched") if mode == "fast" else ("saved",):
            there = [person for person in people if person["name"] in figures]
            shift = np.array([figures[person["name"]][kind][measure] for person in there])
            shifts[mode, size, kind] = shift
            of = np.array([person[measure] for person in there])
            name = f"{mode}, {size} px" + (", before the exact fit" if kind == "searched" else "")
            cells = {person["name"]: f"{s:+.1f}" for person, s in zip(there, shift)}
            yield row([name, *(cells.get(person["name"], "") for person in people), shown(bootstrap(np.mean, shift), 1),
                       shown(tone.interval(tone.slope, of, shift), 2)])
    yield ""
    for size in searches.SIZES:
        for kind in ("saved", "searched"):
            classic, fast = shifts.get(("classic", size, "saved"), ()), shifts.get(("fast", size, kind), ())
            if len(classic) and len(classic) == len(fast):
                yield f"classic minus fast ({kind}), {size} px, paired: {shown(bootstrap(np.mean, classic - fast), 1)}\n"
                yield f"size of the shift, the same: {shown(bootstrap(np.mean, abs(classic) - abs(fast)), 1)}\n"


def spread_of_faces(apart, weights):
    """The mean of the distances [N, N] between different faces, each counted as often as it was drawn."""
    pairs = np.outer(weights, weights).astype(float)
    np.fill_diagonal(pairs, 0)
    return (apart * pairs).sum() / pairs.sum()


def total_variance(rows, weights):
    mean = np.average(rows, axis=0, weights=weights)
    return (np.average((rows - mean) ** 2, axis=0, weights=weights)).sum()


def brightness(small):
    """The mean grey of the face's ellipse, 0…255."""
    side = small.shape[1]
    place = (np.arange(side) + 0.5) / side
    inside = ((place[:, None] - CENTRE[0]) / RADII[0]) ** 2 + ((place - CENTRE[1]) / RADII[1]) ** 2 < 1
    return (small @ [0.2126, 0.7152, 0.0722])[:, inside].mean(1)


def ratio(statistic, own, true):
    """A statistic of weighted rows over that of the true samples, with its bootstrap interval."""
    if own.shape == true.shape and (own == true).all():
        return "1"
    random = np.random.default_rng(1)

    def drawn(rows):
        return np.bincount(random.integers(0, len(rows), len(rows)), minlength=len(rows))

    again = [statistic(own, drawn(own)) / statistic(true, drawn(true)) for _ in range(RESAMPLES // 4)]
    value = statistic(own, np.ones(len(own))) / statistic(true, np.ones(len(true)))
    return shown([value, *np.percentile(again, [2.5, 97.5])], 2)


def bootstrap(statistic, *samples, paired=False):
    """[value, low, high] of a statistic of samples that are drawn apart, or together where they are paired."""
    random = np.random.default_rng(1)
    again = []
    for _ in range(RESAMPLES):
        chosen = [random.integers(0, len(s), len(s)) for s in samples]
        again.append(statistic(*(s[chosen[0] if paired else c] for s, c in zip(samples, chosen))))
    return [statistic(*samples), *np.percentile(again, [2.5, 97.5])]


def share(those):
    """A share in per cent with Wilson's interval, which is right for none and for all too."""
    n, p, z = len(those), np.mean(those), 1.96
    middle, half = (p + z * z / (2 * n)), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (100 * (middle + side * half) / (1 + z * z / n) for side in (-1, 1))
    return f"{100 * p:.1f} ({max(low, 0):.1f} to {min(high, 100):.1f})"


def shown(interval, digits):
    if interval is None:
        return ""
    return "{:.{d}f} ({:.{d}f} to {:.{d}f})".format(*interval, d=digits)


def row(cells):
    return "| " + " | ".join(cells) + " |"
