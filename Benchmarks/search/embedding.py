"""Where faces lie in the space of dlib's ResNet, and what the distances between them say.

A distance is no evidence about anybody: the figures say how various answers are, and whether they keep to what the
input shows of a person.
"""

import importlib.util
from math import comb
from pathlib import Path

import numpy as np
from PIL import Image

# Faces are looked for at this size: the network sees 150 pixels of one, a third of what is left.
SIDE = 512
# Where the detector's box lies on aligned portraits, in the median: for faces that it does not find.
USUAL_BOX = (95, 164, 405, 474)
DOZEN = 12


class Embedder:
    """Faces to 128 numbers. `missed` counts those that the detector did not find, `found` is how many faces the latest has."""

    def __init__(self, models):
        import dlib

        self.dlib = dlib
        self.detector = dlib.get_frontal_face_detector()
        self.landmarks = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self.network = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
        self.missed = self.found = 0

    @classmethod
    def installed(cls):
        """None where dlib or its models are not installed."""
        package = importlib.util.find_spec("face_recognition_models")
        if package is None or importlib.util.find_spec("dlib") is None:
            return None
        return cls(Path(package.submodule_search_locations[0]) / "models")

    def __call__(self, picture):
        """[128] of the largest face in an aligned picture [n, n, 3] of 8 bits."""
        small = np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        boxes = self.detector(small, 0)
        self.found = len(boxes)
        self.missed += not boxes
        box = max(boxes, key=lambda box: box.area(), default=self.dlib.rectangle(*USUAL_BOX))
        return np.array(self.network.compute_face_descriptor(small, self.landmarks(small, box)))


def distances(a, b):
    """[len(a), len(b)] Euclidean distances."""
    return np.linalg.norm(np.asarray(a)[:, None] - np.asarray(b)[None], axis=-1)


def mean_pairwise(vectors):
    """The mean distance between different ones; None for fewer than two."""
    if len(vectors) < 2:
        return None
    apart = distances(vectors, vectors)
    return float(apart[np.triu_indices(len(vectors), 1)].mean())


def variety(firsts, photographs):
    """The mean distance between answers to different people over that between those people's photographs."""
    own = mean_pairwise(photographs)
    return mean_pairwise(firsts) / own if own else None


def own_nearest(answers, owners, photographs):
    """How often an answer's nearest photograph among a random dozen, its own person's included, is its own.

    The mean over all dozens there are: of n photographs, r are further from an answer than its own, which is nearest if
    all eleven others are among those r, in C(r, 11) of C(n - 1, 11) cases. Returns the share and how many a dozen has.
    """
    others = min(DOZEN, len(photographs)) - 1
    if others < 1 or not len(answers):
        return None, others + 1
    apart = distances(answers, photographs)
    further = (apart > apart[np.arange(len(answers)), owners][:, None]).sum(1)
    return float(np.mean([comb(int(r), others) for r in further])) / comb(len(photographs) - 1, others), others + 1


def among(answers_of_inputs, prior):
    """The mean distance between the answers to one input over that between samples of the prior."""
    means = [m for m in map(mean_pairwise, answers_of_inputs) if m is not None]
    usual = mean_pairwise(prior)
    return float(np.mean(means)) / usual if means and usual else None
