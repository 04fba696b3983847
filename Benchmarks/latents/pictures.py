"""Pictures of latents, and what is measured on each."""

import subprocess

import numpy as np
from PIL import Image

from model_file import BENCH, MODEL
from search import embedding, niqe, tone

from .models import CHUNK, MODELS, SIZE, SLOTS, chunks

SIDE = 1024
SMALL = 16
# Of the thumbnails for the sheets.
SHOWN = 128


class Renderer:
    """PulseBench at the end of a pipe."""

    def __init__(self, threads):
        self.process = subprocess.Popen([BENCH, "generator", MODEL, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, w, noise):
        """[1024, 1024, 3] of 8 bits, of w [16, 512]."""
        assert w.shape == (SLOTS, SIZE)
        self.process.stdin.write(b"f" + w.tobytes() + noise)
        self.process.stdin.flush()
        raw = np.frombuffer(self.process.stdout.read(3 * SIDE * SIDE * 4), "f4").reshape(3, SIDE, SIDE)
        return ((raw.clip(-1, 1) + 1) * 127.5).round().astype("u1").transpose(1, 2, 0).copy()


def sample(options, space, offsets, note):
    """Every chunk of every model that is not in DIR/samples yet; models take turns."""
    folder = options.folder / "samples"
    folder.mkdir(exist_ok=True)
    render = embed = pristine = None
    for chunk in range(-(-options.samples // CHUNK)):
        looked_at = CHUNK * chunk < options.looked_at
        for model in MODELS:
            file = folder / f"{model}-{chunk:03d}.npz"
            if file.exists() or chunk not in chunks(model, options.samples):
                continue
            render = render or Renderer(options.threads)
            embed = embed or embedding.Embedder.installed()
            pristine = pristine or niqe.published()
            w = space.draw(model, chunk, offsets)
            rows = []
            for index in range(CHUNK):
                picture = render(w[index], space.noise(model, chunk, index))
                row = measured(picture)
                if looked_at:
                    row |= looked(picture, embed, pristine)
                v = space.before_activation(w[index])
                rows.append(row | space.distances(v) | {"apart": space.apart(v)})
            aside = file.with_suffix(".part.npz")
            np.savez(aside, **{name: np.array([row[name] for row in rows]) for name in rows[0]})
            aside.rename(file)
        note(f"{CHUNK * (chunk + 1)} pictures of each model")


def at_the_mean(options, space):
    """ITA and L* of the pictures of LReLU(μ), the middle of every Gaussian here, and of the mean of w."""
    render = Renderer(options.threads)
    found = {}
    for name, w in (("LReLU(mean of v)", space.activated(space.mean)), ("mean of w", space.mean_w)):
        row = measured(render(np.tile(w, (SLOTS, 1)), space.noise("true", 0, 0)))
        found[name] = row["ita"], row["lightness"]
    return found


def measured(picture):
    skin = tone.skin(picture)
    small = picture.astype(float).reshape(SMALL, SIDE // SMALL, SMALL, SIDE // SMALL, 3).mean((1, 3))
    shown = Image.fromarray(picture).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return {"ita": tone.ita(skin), "lightness": float(tone.lab(skin)[0]), "small": small, "shown": np.asarray(shown)}


def looked(picture, embed, pristine):
    """The slow part: where the face lies among faces, how many there are, and NIQE."""
    found = {}
    if embed:
        found = {"embedding": embed(picture), "faces": embed.found}
    if pristine:
        found["niqe"] = niqe.distance(niqe.features(picture)[0], pristine)
    return found


def read(options, model):
    """What was measured on a model's pictures: {name: array with a row for each}."""
    files = [options.folder / "samples" / f"{model}-{chunk:03d}.npz" for chunk in chunks(model, options.samples)]
    loaded = [np.load(file) for file in files]
    return {name: np.concatenate([chunk[name] for chunk in loaded if name in chunk])[:options.samples] for name in loaded[0].files}
