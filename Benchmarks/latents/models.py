"""Models of the generator's latents, as draws of w [N, 16, 512], a latent for each live slot.

What is modelled is v = LReLU₅(w), in which the generator's own latents have mean μ, standard deviations σ and covariance
C = E Λ Eᵀ, all from the model's file.
"""

import numpy as np

from model_file import ModelFile

SLOTS = 16
SIZE = 512
CHUNK = 20
# Of the fast search's prior.
VARIANCE_FLOOR = 0.01
# Components of the covariance that count as leading; they hold 88 % of the variance of the default model.
LEADING = 64
REFERENCE = 20_000
PSI = 0.7

# Name, and what it says in a table.
MODELS = {
    "true": "mapping network's samples",
    "tiled": "diagonal, sphere, one latent for all slots",
    "slots": "diagonal, sphere, one latent a slot",
    "tiled-free": "diagonal, no sphere, one for all slots",
    "classic": "diagonal, no sphere, one a slot, noise drawn: the classic start",
    "full": "full covariance, one for all slots",
    "full-slots": "full covariance, one a slot",
    "fast": "full covariance and the fast search's offsets between slots",
    "literal": "full covariance 16 C in each slot",
    "truncated": "mapping network's samples, truncated by 0.7",
}
# Models of which fewer pictures are made: what they are for is plain by then.
FEWER = {"tiled-free": 40, "literal": 20}
# Those whose n-th picture is made from the same numbers as another's n-th.
PAIRED = {"truncated": "true", "fast": "full", "tiled-free": "tiled", "classic": "slots"}


def chunks(model, samples):
    return range(-(-min(samples, FEWER.get(model, samples)) // CHUNK))


class LatentSpace(ModelFile):
    def __init__(self, seed):
        super().__init__()
        self.seed = seed
        self.mean, self.deviation, self.variances, self.axes = (
            self.tensor(f"latent.{name}").astype(float) for name in ("mean", "std", "eigenvalues", "eigenvectors"))
        self.noise_names = [name for name in self.names if name.endswith("noise.noise")]
        w = self.map(self.random("reference", 0).standard_normal((REFERENCE, SIZE)).astype("f4"))
        self.mean_w = w.mean(0)
        self.quantiles = np.sort([self.distances(v[None])["distance"] for v in self.before_activation(w)])

    def random(self, stream, chunk):
        return np.random.default_rng([self.seed, chunk, *stream.encode()])

    @staticmethod
    def before_activation(w):
        return np.where(w > 0, w, 5 * w.astype(float))

    @staticmethod
    def activated(v):
        return np.where(v > 0, v, 0.2 * v).astype("f4")

    def distances(self, v):
        """Of v [L, 512], the mean over its slots: the squared distance under the prior, and its mean along a component."""
        squares = (((v - self.mean) @ self.axes.T) ** 2 / (self.variances + VARIANCE_FLOOR)).mean(0)
        return {"distance": squares.sum(), "leading": squares[:LEADING].mean(), "far": squares[LEADING:].mean()}

    def percentile(self, distance):
        """Of how many per cent of 20,000 true samples the distance is not smaller."""
        return 100 * np.searchsorted(self.quantiles, distance, side="right") / len(self.quantiles)

    def apart(self, v):
        """The root mean square, in standard deviations σ, of what slots have besides what they have in common."""
        return float(np.sqrt((((v - v.mean(0)) / self.deviation) ** 2).mean()))

    def variance_kept(self, directions):
        """Of the variance along the leading directions: their share of all, and what a diagonal Gaussian has of it."""
        diagonal = self.axes**2 @ self.deviation**2
        leading = self.variances[:directions].sum()
        return leading / self.variances.sum(), diagonal[:directions].sum() / leading

    def draw(self, model, chunk, offsets):
        """w [20, 16, 512]; `offsets` are those of fast answers, [answers, 16, 512]."""
        def normals(stream, slots=1):
            return self.random(stream, chunk).standard_normal((CHUNK, slots, SIZE))

        def sphere(z):
            return z * np.sqrt(SIZE) / np.linalg.norm(z, axis=2, keepdims=True)

        if model in ("true", "truncated"):
            w = self.map(normals("true")[:, 0].astype("f4"))[:, None]
            w = w if model == "true" else self.mean_w + PSI * (w - self.mean_w)
        elif model in ("full", "fast"):
            v = self.mean + (normals("full") * np.sqrt(self.variances)) @ self.axes
            if model == "fast":
                v = v + offsets[self.random("offsets", chunk).integers(0, len(offsets), CHUNK)]
            w = self.activated(v)
        elif model in ("full-slots", "literal"):
            # The latter is what the search's prior would be as a density of 16 independent slots: Σ_l d²(v_l) / 16.
            wide = SLOTS if model == "literal" else 1
            w = self.activated(self.mean + (normals(model, SLOTS) * np.sqrt(wide * self.variances)) @ self.axes)
        else:
            z = normals("tiled") if "tiled" in model else normals("slots", SLOTS)
            z = sphere(z) if model in ("tiled", "slots") else z
            w = self.activated(self.mean + self.deviation * z)
        return np.broadcast_to(w.astype("f4"), (CHUNK, SLOTS, SIZE))

    def noise(self, model, chunk, index):
        """The noise maps, one after another: those stored with the weights, or as a classic search draws them."""
        maps = [self.tensor(name) for name in self.noise_names]
        if model == "classic":
            random = self.random("noise", CHUNK * chunk + index)
            maps = [random.standard_normal(map.shape).astype("f4") for map in maps]
            maps[-1][:] = 0
        return b"".join(map.tobytes() for map in maps)
