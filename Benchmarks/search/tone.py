"""How light skin is, and by how much answers shift it.

The individual typology angle, ITA = atan2(L* - 50, b*) in degrees, is above 55 for very light skin and below -30 for dark
skin (Chardon et al. 1991). In photographs it mixes pigment with illumination: only differences to the same person's own
photograph mean anything.
"""

import numpy as np

# Left, top, right, bottom in an FFHQ crop of 1024 pixels. That crop puts the eyes at about (384, 485) and (640, 485) and
# the mouth at (512, 745), which follows from its construction and is where dlib's landmarks lie on aligned portraits on
# average. Cheeks: below the eyes' outer halves, half-way down to the mouth, between the nose's wings and the outline.
# Forehead: above the brows, which are at 394, and below most hairlines.
PATCHES = {"right cheek": (316, 584, 404, 664), "left cheek": (620, 584, 708, 664), "forehead": (432, 276, 592, 340)}
# Rows: X, Y, Z of linear sRGB; the white of D65 (IEC 61966-2-1).
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = TO_XYZ.sum(1)
LEAST_GROUP = 7
RESAMPLES = 4000


def lab(rgb):
    """CIE L*, a*, b* of an sRGB colour of 0 to 255."""
    rgb = np.asarray(rgb, float) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ linear / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ita(rgb):
    """The individual typology angle of an sRGB colour, in degrees."""
    lightness, _, b = lab(rgb)
    return float(np.degrees(np.arctan2(lightness - 50, b)))


def skin(picture):
    """The median colour of the three patches together: hair over one of them does not sway it."""
    scale = len(picture) / 1024
    pixels = []
    for box in PATCHES.values():
        left, top, right, bottom = (round(scale * edge) for edge in box)
        pixels.append(picture[top:bottom, left:right].reshape(-1, 3))
    return np.median(np.concatenate(pixels), axis=0)


def interval(statistic, *samples, seed=1):
    """A statistic of paired samples with its bootstrap 95 % interval: [value, low, high], or None where it has none."""
    samples = [np.asarray(s, float) for s in samples]
    value = statistic(*samples)
    if value is None:
        return None
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        chosen = random.integers(0, len(samples[0]), len(samples[0]))
        again = statistic(*(s[chosen] for s in samples))
        if again is not None:
            drawn.append(again)
    return [float(v) for v in (value, *np.percentile(drawn, [2.5, 97.5]))]


def slope(x, y):
    """The least-squares slope of y on x; None where x hardly varies."""
    if len(x) < 3 or np.ptp(x) < 1e-6:
        return None
    return float(np.polyfit(x, y, 1)[0])


def shifts(rows):
    """`rows`: (group, ITA of the photograph, mean ITA of its answers). The mean shift over all and by group, and its slope."""
    photograph = np.array([row[1] for row in rows])
    shift = np.array([row[2] for row in rows]) - photograph
    groups = {}
    for group in sorted({row[0] for row in rows if row[0]}):
        chosen = np.array([row[0] == group for row in rows])
        if chosen.sum() >= LEAST_GROUP:
            groups[group] = {"count": int(chosen.sum()), "shift": interval(np.mean, shift[chosen])}
    return {"shift": interval(np.mean, shift), "slope": interval(slope, photograph, shift), "groups": groups}
