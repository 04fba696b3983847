"""NIQE (Mittal, Soundararajan, Bovik 2013): how far a picture's local statistics are from those of pristine pictures.

Lower is closer to them, which need not be truer. The published model of pristine pictures is used where the package
that holds it is installed. Besides, one is fitted on the photographs of the run themselves: figures against that one are
comparable within a run alone.
"""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
from scipy.ndimage import correlate1d
from scipy.special import gamma

from .consistency import downscale

BLOCK = 96
# Blocks less sharp than this share of the sharpest do not count for the model of pristine pictures (section II.C).
SHARP = 0.75
# With fewer blocks than twice the features, a covariance says more about chance than about pictures.
LEAST_BLOCKS = 72
PUBLISHED_SHA256 = "2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296"
WINDOW = np.exp(-np.arange(-3, 4) ** 2 / (2 * (7 / 6) ** 2))
WINDOW /= WINDOW.sum()
ALPHAS = np.arange(0.2, 10.001, 0.001)
RATIOS = gamma(2 / ALPHAS) ** 2 / (gamma(1 / ALPHAS) * gamma(3 / ALPHAS))  # grow with alpha


def features(picture):
    """[blocks, 36] features and [blocks] sharpness of an 8-bit picture [n, n, 3], n a hundred at least."""
    luma = np.round(picture.astype(float) @ [0.298936, 0.587043, 0.114021])
    count = len(luma) // BLOCK
    luma = luma[:count * BLOCK, :count * BLOCK]
    scales = []
    for side in (BLOCK, BLOCK // 2):
        normalised, deviation = locally_normalised(luma)
        scales.append(block_features(blocks(normalised, side)))
        if side == BLOCK:
            sharpness = blocks(deviation, side).mean((1, 2))
            luma = downscale(luma, len(luma) // 2, repeats_edge=True)
    return np.concatenate(scales, axis=1), sharpness


def locally_normalised(luma):
    """(luma - local mean) / (local deviation + 1), and the deviation."""
    def blurred(x):
        return correlate1d(correlate1d(x, WINDOW, 0, mode="nearest"), WINDOW, 1, mode="nearest")

    mean = blurred(luma)
    deviation = np.sqrt(np.abs(blurred(luma**2) - mean**2))
    return (luma - mean) / (deviation + 1), deviation


def blocks(x, side):
    """[blocks, side, side]."""
    count = len(x) // side
    return x.reshape(count, side, count, side).swapaxes(1, 2).reshape(-1, side, side)


def block_features(x):
    """[blocks, 18]: the coefficients' shape and width; of the products with four neighbours shape, mean and both widths."""
    alpha, left, right = asymmetric_gaussian(x)
    found = [alpha, (left + right) / 2]
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        alpha, left, right = asymmetric_gaussian(x * np.roll(x, shift, axis=(1, 2)))
        found += [alpha, (right - left) * gamma(2 / alpha) / gamma(1 / alpha), left, right]
    return np.stack(found, axis=1)


def asymmetric_gaussian(x):
    """The shape and the two widths of an asymmetric generalised Gaussian, by its moments, for each block.

    A block of one value has no such distribution: its widths are not numbers, and do not count later.
    """
    x = x.reshape(len(x), -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.sqrt((x**2 * (x < 0)).sum(1) / (x < 0).sum(1))
        right = np.sqrt((x**2 * (x > 0)).sum(1) / (x > 0).sum(1))
        skew = left / right
        ratio = np.abs(x).mean(1) ** 2 / (x**2).mean(1) * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    above = np.clip(np.searchsorted(RATIOS, np.nan_to_num(ratio)), 1, len(RATIOS) - 1)
    nearest = np.where(np.abs(RATIOS[above - 1] - ratio) <= np.abs(RATIOS[above] - ratio), above - 1, above)
    alpha = ALPHAS[nearest]
    width = np.sqrt(gamma(1 / alpha) / gamma(3 / alpha))
    return alpha, left * width, right * width


def gaussian(rows):
    """The mean of what are numbers, and the covariance of the rows that are all numbers, as the published program has it."""
    return np.nanmean(rows, axis=0), np.cov(rows[np.isfinite(rows).all(1)], rowvar=False)


def fit(pictures):
    """The model of the sharp blocks of these pictures, each (features, sharpness); None where they are too few."""
    sharp = [rows[sharpness > SHARP * sharpness.max()] for rows, sharpness in pictures]
    return gaussian(np.concatenate(sharp)) if sum(map(len, sharp)) >= LEAST_BLOCKS else None


def distance(rows, model):
    """NIQE of a picture with these features against a model."""
    mean, covariance = gaussian(rows)
    apart = model[0] - mean
    return float(np.sqrt(apart @ np.linalg.pinv((model[1] + covariance) / 2) @ apart))


def published():
    """The published model, out of BasicSR where that is installed (it is not imported); else None."""
    package = importlib.util.find_spec("basicsr")
    for folder in package.submodule_search_locations or [] if package else []:
        file = Path(folder) / "metrics/niqe_pris_params.npz"
        if file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == PUBLISHED_SHA256:
            with np.load(file) as content:
                return content["mu_pris_param"].ravel(), content["cov_pris_param"]
    return None
