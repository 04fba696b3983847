"""Whether a saved picture downscales to the input: written from the formula, apart from the program's own code.

Output row i is centred at (i + 1/2) f - 1/2 with f = source / target. Keys' cubic kernel with a = -1/2 is stretched by f,
so that it antialiases; weights add up to 1; beyond an edge the picture is reflected without repeating the edge.
"""

import functools

import numpy as np
from PIL import Image


def keys(x, a=-0.5):
    """The cubic convolution kernel (Keys 1981)."""
    x = np.abs(x)
    return np.where(x <= 1, (a + 2) * x**3 - (a + 3) * x**2 + 1,
                    np.where(x < 2, a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a, 0))


@functools.cache
def resampling_matrix(source, target, repeats_edge=False):
    """[target, source]: what makes a line of `source` samples one of `target`, no more than those."""
    scale = source / target
    centres = (np.arange(target) + 0.5) * scale - 0.5
    positions = np.floor(centres - 2 * scale)[:, None].astype(int) + np.arange(int(np.ceil(4 * scale)) + 2)
    weights = keys((positions - centres[:, None]) / scale)
    weights /= weights.sum(1, keepdims=True)
    if repeats_edge:
        positions = positions % (2 * source)
        positions = np.minimum(positions, 2 * source - 1 - positions)
    else:
        positions = np.abs(positions) % (2 * source - 2)
        positions = np.minimum(positions, 2 * source - 2 - positions)
    matrix = np.zeros((target, source))
    np.add.at(matrix, (np.arange(target)[:, None], positions), weights)
    return matrix


def downscale(picture, target, repeats_edge=False):
    """A square picture [n, n] or [n, n, channels] at `target` pixels a side, neither clamped nor rounded."""
    matrix = resampling_matrix(len(picture), target, repeats_edge)
    return np.moveaxis(np.tensordot(matrix, np.tensordot(matrix, picture, (1, 0)), (1, 1)), 0, 1)


def rms(picture, low):
    """Root mean square of D(picture) - low over pixels and channels, in grey levels of 0 to 255."""
    return float(np.sqrt(np.mean((downscale(picture.astype(float), len(low)) - low) ** 2)))


def read(path):
    """[height, width, 3], 8 bits."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
