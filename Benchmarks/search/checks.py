"""Checks the measures on what is known beforehand: python checks.py, in the interpreter of the evaluation."""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from search import consistency, embedding, niqe, tone  # noqa: E402

RANDOM = np.random.default_rng(1)


def equal(name, found, wanted, tolerance=1e-9):
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    if found.shape != wanted.shape or not np.all(np.abs(found - wanted) <= tolerance):
        sys.exit(f"{name}: {found} where {wanted} is right")
    print(f"{name}: right")


def check_downscale():
    """Against the published program's own way: reflect, then a strided convolution with one kernel of 4 f taps."""
    side, low = 64, 16
    factor = side // low
    picture = RANDOM.uniform(0, 255, (side, side, 3))
    kernel = consistency.keys((np.arange(4 * factor) - 2 * factor + 0.5) / factor)
    kernel /= kernel.sum()
    before = 3 * factor // 2
    padded = np.pad(picture, ((before, 3 * factor - before),) * 2 + ((0, 0),), mode="reflect")
    wanted = np.empty((low, low, 3))
    for y in range(low):
        for x in range(low):
            window = padded[y * factor:y * factor + 4 * factor, x * factor:x * factor + 4 * factor]
            wanted[y, x] = np.einsum("i,j,ijc->c", kernel, kernel, window)
    equal("downscale", consistency.downscale(picture, low), wanted)
    for target in (16, 24, 32):
        equal(f"rows for {target}", consistency.resampling_matrix(1024, target).sum(1), np.ones(target))
    equal("rms of a constant 5 levels off", consistency.rms(np.full((64, 64, 3), 105.0), np.full((16, 16, 3), 100.0)), 5)


def check_tone():
    """Colours whose L*a*b* is known."""
    equal("white", tone.lab((255, 255, 255)), (100, 0, 0), 1e-3)
    equal("red", tone.lab((255, 0, 0)), (53.24, 80.09, 67.20), 0.02)
    equal("grey of 18 %", tone.lab((118, 118, 118))[0], 49.6, 0.1)
    light, dark = (240, 200, 175), (80, 50, 35)
    for name, colour in (("light", light), ("dark", dark)):
        lightness, _, b = tone.lab(colour)
        equal(f"ITA of {name} skin", tone.ita(colour), np.degrees(np.arctan((lightness - 50) / b)), 1e-9)
    picture = np.full((1024, 1024, 3), light, np.uint8)
    left, top, right, bottom = tone.PATCHES["forehead"]
    picture[top:bottom, left:right] = 0  # hair
    equal("median skin below a fringe", tone.skin(picture), light)
    photographs = RANDOM.uniform(-40, 60, 30)
    found = tone.shifts([("all" if i < 7 else "few" * (i < 12), p, p + 3 - 0.2 * p) for i, p in enumerate(photographs)])
    equal("slope of the shift", found["slope"], [-0.2] * 3)
    equal("mean shift", found["shift"][0], np.mean(3 - 0.2 * photographs))
    assert list(found["groups"]) == ["all"] and found["shift"][1] < found["shift"][0] < found["shift"][2]


def check_distances():
    photographs = RANDOM.normal(size=(14, 128))
    equal("identical faces", embedding.distances(photographs, photographs).diagonal(), np.zeros(14))
    equal("variety of the photographs themselves", embedding.variety(photographs, photographs), 1)
    equal("own photographs as answers", embedding.own_nearest(photographs, range(14), photographs)[0], 1)
    answers = photographs + RANDOM.normal(size=(14, 128)) * 3
    apart = embedding.distances(answers, photographs)
    shares = [np.mean([apart[i, i] < apart[i, list(dozen)].min() for dozen in combinations(set(range(14)) - {i}, 11)])
              for i in range(14)]
    found, dozen = embedding.own_nearest(answers, range(14), photographs)
    equal("nearest among all dozens", found, np.mean(shares))
    equal("a dozen", dozen, 12)
    equal("as various as the prior", embedding.among([photographs], photographs), 1)


def check_niqe():
    """The moments' estimate of distributions that are drawn from, and the distance of pictures to themselves."""
    for alpha, left, right in ((2.0, 1.0, 1.0), (1.0, 0.5, 1.5)):
        magnitude = RANDOM.gamma(1 / alpha, size=(4, 300_000)) ** (1 / alpha)
        is_left = RANDOM.uniform(size=magnitude.shape) < left / (left + right)
        found = niqe.asymmetric_gaussian(np.where(is_left, -left, right) * magnitude)
        equal(f"shape {alpha}, widths {left} and {right}", np.mean(found, 1), (alpha, left, right), 0.02)
    pictures = [RANDOM.integers(0, 256, (960, 960, 3), dtype=np.uint8) for _ in range(2)]
    rows, _ = niqe.features(pictures[0])
    equal("features", rows.shape, (100, 36))
    equal("NIQE against itself", niqe.distance(rows, niqe.gaussian(rows)), 0)
    flat = np.full((960, 960, 3), 128, np.uint8)
    flat[:480] = pictures[1][:480]
    assert np.isfinite(niqe.distance(niqe.features(flat)[0], niqe.gaussian(rows)))


if __name__ == "__main__":
    check_downscale()
    check_tone()
    check_distances()
    check_niqe()
    print("every measure is right")
