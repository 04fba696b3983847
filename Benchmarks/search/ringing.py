"""How much of the exact fit can be seen: its ringing against that of the plain pseudo-inverse, on pictures of a search.

    pulse upsample INPUTS/*.png -o SEARCHED --no-exact-fit
    python ringing.py INPUTS SEARCHED [--fitted DIR] [--bench .build/release/PulseBench]

The fit runs alone on every SEARCHED/NAME/K.png, towards INPUTS/NAME.png; no search is needed again. Ringing is the mean
absolute Laplacian of (after - before), in means of cells of an eighth of an input pixel, so that rounding to 256 levels
does not decide; a line has its ratio to that of six rounds of x + A+ (y - A x), kept in range and rounded, over

- flat background: outside the ellipse of the face (a quarter beyond FaceWeights' own), where the searched picture's
  luminance, in means of 4 pixels, has a standard deviation below 4 grey levels within one input pixel around;
- the whole picture.

Bicubic only, as `consistency.py` is.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from consistency import downscale, read, resampling_matrix

REPOSITORY = Path(__file__).resolve().parents[2]


def means(picture, cell):
    """[n, n, channels] in means of square cells."""
    n = len(picture) // cell
    return picture[:n * cell, :n * cell].reshape(n, cell, n, cell, -1).mean((1, 3))


def ringing(change, cell):
    """|Laplacian| of the cells inside, mean over channels, in grey levels; 0 at the border."""
    c = means(change, cell)
    result = np.zeros(c.shape[:2])
    result[1:-1, 1:-1] = np.abs(c[:-2, 1:-1] + c[2:, 1:-1] + c[1:-1, :-2] + c[1:-1, 2:] - 4 * c[1:-1, 1:-1]).mean(2)
    return result


def window_means(plane, width):
    """Means over width × width around, `width` odd, the edge repeated."""
    sums = np.pad(plane, width // 2 + 1, mode="edge").cumsum(0).cumsum(1)[:-1, :-1]
    return (sums[width:, width:] - sums[:-width, width:] - sums[width:, :-width] + sums[:-width, :-width]) / width**2


def flat_background(searched, low):
    """Which cells of an eighth of an input pixel are flat ground beside the face."""
    side, pixel = len(searched), len(searched) // low
    cell = max(pixel // 8, 1)
    fine = min(cell, 4)
    luminance = means((searched @ [0.299, 0.587, 0.114])[..., None], fine)[..., 0]
    width = max(pixel // fine, 3) // 2 * 2 + 1
    average = window_means(luminance, width)
    deviation = np.sqrt(np.maximum(window_means(luminance**2, width) - average**2, 0))
    flat = means((deviation < 4)[..., None].astype(float), cell // fine)[..., 0] == 1
    at = (np.arange(side // cell) + 0.5) / (side // cell)
    flat &= np.hypot((at[None] - 0.5) / 0.33, (at[:, None] - 0.53) / 0.42) > 1.25
    flat[[0, -1]] = flat[:, [0, -1]] = False
    return flat


def plain(searched, target, rounds=6):
    """The searched picture after rounds of the pseudo-inverse."""
    matrix = resampling_matrix(len(searched), len(target))
    inverse = np.linalg.pinv(matrix)
    x = searched.astype(float)
    for _ in range(rounds):
        residual = target - downscale(x, len(target))
        x = np.clip(x + np.einsum("yi,ijc,xj->yxc", inverse, residual, inverse, optimize=True), 0, 255)
    return np.round(x)


def measure(target, searched, fitted):
    """Ratios on flat background (not a number where there is next to none) and on the whole, rms and largest misfit."""
    cell = max(len(searched) // len(target) // 8, 1)
    mine = ringing(fitted - searched, cell)
    other = ringing(plain(searched, target) - searched, cell)
    flat = flat_background(searched, len(target))
    missed = downscale(fitted, len(target)) - target
    part = mine[flat].mean() / other[flat].mean() if flat.sum() > 20 else np.nan
    return part, mine.mean() / other.mean(), np.sqrt((missed**2).mean()), np.abs(missed).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", type=Path)
    parser.add_argument("searched", type=Path)
    parser.add_argument("--fitted", type=Path, help="keep the fitted pictures there (default: nowhere)")
    parser.add_argument("--bench", type=Path, default=REPOSITORY / ".build/release/PulseBench")
    options = parser.parse_args()
    pictures = sorted(options.searched.glob("*/[0-9]*.png"))
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.fitted or Path(temporary)
        for file in pictures:
            name = file.parent.name
            low, result = options.inputs / f"{name}.png", folder / name / file.name
            result.parent.mkdir(parents=True, exist_ok=True)
            said = subprocess.run([options.bench.resolve(), "fit", "bicubic", "1", low, file, result], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout
            taken = float(said.split()[said.split().index("seconds") + 1])
            row = measure(*(read(f).astype(float) for f in (low, file, result)))
            rows.append(row + (taken,))
            print(f"{name} {file.stem}: flat %.2f whole %.2f, rms %.3f max %.2f, %.2f s" % rows[-1], flush=True)
    if rows:
        table = np.array(rows)
        flat, whole, _, _, taken = np.nanmedian(table, 0)
        print(f"median of {len(rows)}: flat {flat:.2f} whole {whole:.2f}, {taken:.2f} s; "
              f"worst rms {table[:, 2].max():.3f} max {table[:, 3].max():.2f}")


if __name__ == "__main__":
    main()
