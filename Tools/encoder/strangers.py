"""Pictures without an upright face, to count which of them `pulse upsample` takes for one (Documentation/FastSearch.md).

    python3 strangers.py OUT [--portraits FOLDER] [--pictures FOLDER] [--side 16]

Photographs, drawings and textures of scikit-image and scikit-learn, whole and in part; drawn ones; those of FOLDER
(--pictures), from their middles; and aligned faces (--portraits) upside down, turned, halved, moved and covered. Needs
numpy, pillow, scikit-image; takes scikit-learn's where that is installed. likeness.py learns from none of them.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

STOCK = """brick camera cell chelsea clock_motion coffee coins color grass gravel horse hubble_deep_field ihc
    microaneurysms moon motorcycle_left page phantom retina rocket text""".split()
SIDE = 256


def square(image, x=0.5, y=0.5, share=1.0):
    """A square around a place, as large as fits times `share`."""
    image = image.convert("RGB")
    width, height = image.size
    half = min(width, height) * share / 2
    x, y = min(max(x * width, half), width - half), min(max(y * height, half), height - half)
    return image.crop([round(v) for v in (x - half, y - half, x + half, y + half)]).resize((SIDE, SIDE), Image.LANCZOS)


def photographs(folder):
    packages = {"skimage": "data", "sklearn": "datasets/images"}
    for package, place in packages.items():
        spec = find_spec(package)
        if not spec:
            continue
        for path in sorted((Path(spec.origin).parent / place).glob("*.*g")):
            if package == "sklearn" or path.stem in STOCK:
                image = Image.open(path)
                yield path.stem, square(image)
                yield f"{path.stem}-part", square(image, 0.3, 0.4, 0.5)
    for path in sorted(folder.iterdir()) if folder else []:
        yield path.stem, square(Image.open(path))


def drawn():
    random = np.random.default_rng(7)
    y, x = np.mgrid[:SIDE, :SIDE] / (SIDE - 1)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None])
    frequency[0, 0] = 1

    def cloud(power):
        noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((SIDE, SIDE))) / frequency**power).real
        return (noise - noise.mean()) / noise.std()

    def where(inside, first, second):
        return np.where(inside[..., None], np.array(first, float), np.array(second, float))

    pictures = {
        "black": 0 * x, "grey": 0 * x + 128, "white": 0 * x + 255, "skin": where(x < 2, (190, 140, 115), (0, 0, 0)),
        "brown": where(x < 2, (80, 55, 40), (0, 0, 0)) + random.normal(0, 2, (SIDE, SIDE, 3)),
        "cloud": 120 + 45 * cloud(1), "soft-cloud": 90 + 30 * cloud(2),
        "colours": 120 + 45 * np.stack([cloud(1.5) for _ in range(3)], 2),
        "across": 40 + 180 * x, "sky": np.stack([150 - 100 * y, 190 - 60 * y, 230 - 20 * y], 2),
        "lamp": 230 - 200 * np.hypot(x - 0.5, y - 0.5) / 0.7,
        "mask": where(np.hypot((x - 0.5) / 0.33, (y - 0.53) / 0.42) < 1, (205, 160, 135), (60, 60, 70)),
        "stripes": 128 + 100 * np.sign(np.sin(40 * x)), "waves": 128 + 60 * np.sin(14 * y),
        "slanted": 127 + 127 * np.sign(np.sin(30 * (x + y))),
        "checks": 127 + 127 * np.sign(np.sin(25 * x) * np.sin(25 * y)),
        "noise": random.integers(0, 256, (SIDE, SIDE, 3)), "halves": where(x < 0.5, (230, 200, 60), (30, 60, 160)),
        "horizon": where(y < 0.55, (150, 190, 230), (60, 110, 50)) + random.normal(0, 8, (SIDE, SIDE, 3)),
    }
    for cells in (8, 16, 32):
        pictures[f"noise-{cells}"] = random.integers(0, 256, (cells, cells, 3)).repeat(SIDE // cells, 0).repeat(SIDE // cells, 1)
    for name, picture in pictures.items():
        picture = picture if picture.ndim == 3 else picture[..., None].repeat(3, 2)
        yield name, Image.fromarray(np.clip(picture, 0, 255).astype("u1"))
    for name, words, ground, ink in (("word", "PULSE", 250, 10), ("words", "A word\nis not\na face.", 20, 230)):
        image = Image.new("L", (SIDE, SIDE), ground)
        ImageDraw.Draw(image).text((20, 60), words, fill=ink, font_size=68)
        yield name, image


def hand(face, left, top, right, bottom, skin):
    """Four fingers and a palm in the texture of a piece of the face."""
    patch = face.crop(skin).resize((right - left, bottom - top))
    mask = Image.new("L", patch.size)
    draw = ImageDraw.Draw(mask)
    width, height = patch.size
    for k in range(4):
        tip = height * (0.12 * abs(k - 1.5) - 0.05)
        draw.rounded_rectangle((k * width / 4 + 2, tip, (k + 1) * width / 4 - 2, height), radius=int(width / 9), fill=255)
    draw.rectangle((2, height / 2, width - 2, height), fill=255)
    face = face.copy()
    face.paste(patch, (left, top), mask)
    return face


def half(face):
    pixels = np.asarray(face).astype(float)
    result = np.broadcast_to(pixels[:6].mean((0, 1)), pixels.shape).copy()
    result[:, 40:168] = pixels[:, :128]
    return Image.fromarray(result.astype("u1"))


def small(face):
    image = Image.new("RGB", face.size, (120, 130, 120))
    image.paste(face.resize((110, 110)), (20, 140))
    return image


DISTORTIONS = {
    "upside-down": lambda face: face.rotate(180), "turned": lambda face: face.rotate(90), "half": half, "small": small,
    "hand": lambda face: hand(face, 55, 70, 205, 256, (110, 90, 150, 110)),
    "aside": lambda face: face.transform(face.size, Image.AFFINE, (1, 0, 95, 0, 1, 0)),
    "mouth": lambda face: face.crop((88, 150, 168, 230)).resize(face.size),
    "eye": lambda face: face.crop((70, 95, 125, 150)).resize(face.size),
    "swapped": lambda face: Image.fromarray(np.roll(np.asarray(face), SIDE // 2, 0)),
}


def portraits(folder):
    """The distortions in turn, and every second face upside down besides."""
    for number, path in enumerate(sorted(folder.glob("*.png")) if folder else []):
        face = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.LANCZOS)
        names = {list(DISTORTIONS)[number % len(DISTORTIONS)], "upside-down"} if number % 2 == 0 else {
            list(DISTORTIONS)[number % len(DISTORTIONS)]}
        for name in sorted(names):
            yield f"{name}-{path.stem}", DISTORTIONS[name](face)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--portraits", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--side", type=int, default=16)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for kind in (photographs(arguments.pictures), drawn(), portraits(arguments.portraits)):
        for name, image in kind:
            small = image.convert("RGB").resize((arguments.side, arguments.side), Image.BICUBIC)
            small.save(arguments.out / f"{name}.png")


if __name__ == "__main__":
    main()
