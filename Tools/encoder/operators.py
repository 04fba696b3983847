"""Learns to tell by which operator a face was made small, and adds that to an encoder file.

    python3 operators.py FOLDER ENCODER.safetensors [--pictures 600]

Pictures of the generator, two in five before other ground, are made small by each operator of Sources/Degradation (kept
in FOLDER), given other light, noise, JPEG and sharpness, and looked at as Sources/Search/Fast/OperatorFeatures.swift does.
"""

import argparse
import io
import subprocess
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_filter
from torch import nn

from likeness import stored
from model_file import BENCH, MODEL, ModelFile
from train import write

OPERATORS = ("bicubic", "box", "nearest", "bilinear", "lanczos", "gaussian")
SIDES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
# Where photographs are answered for as well as the generator's pictures: larger ones have other fine detail, and fewer pixels
# say too little, sharpened ones above all.
TRUSTED = (16, 64)
CHUNK, HELD_OUT, BATCH, ALTERED, EPOCHS = 50, 100, 512, 3, 12
LUMINANCE = np.array([0.299, 0.587, 0.114], "f4")
CHROMINANCE = np.array([[1, -1, 0], [1, 1, -2]], "f4") / np.sqrt([[2], [6]], dtype="f4")


def keys(x):
    x = abs(x)
    return np.where(x <= 1, (1.5 * x - 2.5) * x * x + 1, np.where(x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


FILTERS = {
    "bicubic": (2, keys), "bilinear": (1, lambda x: np.maximum(0, 1 - abs(x))),
    "lanczos": (3, lambda x: np.where(abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)),
    "gaussian": (1.5, lambda x: np.exp(-2 * x * x)),
}


def matrix(name, n, s):
    """One axis of an operator, as ResamplingBands.swift makes it, [s, n]."""
    result, f = np.zeros((s, n)), n / s
    for i in range(s):
        centre = (i + 0.5) * f - 0.5
        if name == "nearest":
            result[i, int(np.ceil(centre - 0.5))] = 1
        elif name == "box":
            for j in range(i * n // s, ((i + 1) * n - 1) // s + 1):
                result[i, j] = (min((i + 1) * n, (j + 1) * s) - max(i * n, j * s)) / n
        else:
            support, kernel = FILTERS[name]
            columns = np.arange(np.ceil(centre - support * f), np.floor(centre + support * f) + 1)
            weights = kernel((columns - centre) / f)
            places = columns.astype(int) % (2 * n - 2)
            np.add.at(result[i], np.minimum(places, 2 * n - 2 - places), weights / weights.sum())
    return result.astype("f4")


def levels(x):
    return np.clip(np.rint(x), 0, 255).astype("u1")


def draw(folder, pictures):
    """Files of 50 pictures, for each side [50, operators, side, side, 3]."""
    folder.mkdir(parents=True, exist_ok=True)
    model = ModelFile()
    noise = b"".join(model.tensor(name).tobytes() for name in model.names if name.endswith("noise.noise"))
    matrices = {(name, side): matrix(name, 1024, side) for side in SIDES for name in OPERATORS}
    rows = np.concatenate(list(matrices.values()))
    grid = (np.arange(1024) + 0.5) / 1024
    distance = np.sqrt(((grid - 0.5) / 0.36) ** 2 + ((grid[:, None] - 0.52) / 0.46) ** 2).astype("f4")
    pipe = subprocess.Popen([BENCH, "generator", MODEL, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    previous = np.full((3, 1024, 1024), 128, "f4")
    for chunk in range(-(-pictures // CHUNK)):
        path = folder / f"{chunk:03d}.npz"
        if path.exists():
            continue
        random = np.random.default_rng(77000 + chunk)
        small = {side: np.empty((CHUNK, len(OPERATORS), side, side, 3), "u1") for side in SIDES}
        w = model.map(random.standard_normal((CHUNK, 512)).astype("f4"))
        for i in range(CHUNK):
            pipe.stdin.write(b"f" + np.repeat(w[i : i + 1], 16, 0).tobytes() + noise)
            pipe.stdin.flush()
            own = np.frombuffer(pipe.stdout.read(3 * 1024 * 1024 * 4), "f4").reshape(3, 1024, 1024)
            own = picture = np.rint((own.clip(-1, 1) + 1) * 127.5)
            if random.random() < 0.4:
                outside = ((distance - 1 + 0.15 * random.standard_normal()) / 0.1).clip(0, 1)
                plain = random.uniform(0, 255, (3, 1, 1)).astype("f4")
                ground = previous[:, :, ::-1] if random.random() < 0.5 else plain
                picture = (own * (1 - outside) + ground * outside).astype("f4")
            previous = own
            narrow, start = rows @ picture.transpose(1, 0, 2).reshape(1024, -1), 0
            for side in SIDES:
                for k, name in enumerate(OPERATORS):
                    done = narrow[start : start + side].reshape(3 * side, 1024) @ matrices[name, side].T
                    small[side][i, k] = levels(done).reshape(side, 3, side).transpose(0, 2, 1)
                    start += side
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, **{str(side): array for side, array in small.items()})
        unfinished.rename(path)
        print(f"{CHUNK * (chunk + 1)} pictures", flush=True)


def jpeg(x, random):
    kept = io.BytesIO()
    options = {"quality": int(random.uniform(25, 98)), "subsampling": int(random.choice([0, 2]))}
    Image.fromarray(np.ascontiguousarray(x)).save(kept, "JPEG", **options)
    return np.asarray(Image.open(kept).convert("RGB"))


def altered(x, random):
    """One picture by each operator, [operators, side, side, 3]: other light, sharpened, noisy, compressed, all alike."""
    x = x.astype("f4")
    if random.random() < 0.5:
        gain, gamma = random.uniform(0.5, 1.2), np.exp(random.normal(0, 0.3))
        x = 255 * np.clip((x * gain + random.uniform(-20, 60) * (1 - gain)) / 255, 0, 1) ** gamma
        if random.random() < 0.15:
            x = np.repeat((x @ LUMINANCE)[..., None], 3, -1)
    if random.random() < 0.08:
        x = x + random.uniform(0.1, 0.6) * (x - gaussian_filter(x, (0, 1, 1, 0)))
    if random.random() < 0.3:
        channels = 3 if random.random() < 0.6 else 1
        x = x + random.exponential(6) * random.standard_normal((*x.shape[:-1], channels))
    x = levels(x)
    return np.stack([jpeg(picture, random) for picture in x]) if random.random() < 0.25 else x


def cosines(side):
    k, x = np.arange(side)[:, None], np.arange(side) + 0.5
    result = np.cos(np.pi * x * k / side) * np.sqrt(2 / side)
    result[0] /= np.sqrt(2)
    return result.astype("f4")


def features(x):
    """[..., side, side, 3] in 8 bits → [..., 22]."""
    side, shape = x.shape[-2], x.shape[:-3]
    transform, x = cosines(side), x.reshape(-1, side, side, 3).astype("f4")

    def energies(axis, bands):
        waves = (transform @ (x @ axis) @ transform.T) ** 2
        band = np.arange(side) * bands // side
        low, high = np.minimum(band, band[:, None]), np.maximum(band, band[:, None])
        means = []
        for i in range(bands):
            for j in range(i, bands):
                cell = (low == i) & (high == j)
                cell[0, 0] = False
                means.append(waves[:, cell].mean(1))
        return np.stack(means, 1)

    colour = sum(energies(axis, 3) for axis in CHROMINANCE) / 2
    known = np.log(np.concatenate([energies(LUMINANCE, 5), colour], 1) + 0.3)
    return np.concatenate([known, np.full((len(x), 1), np.log2(side))], 1).reshape(*shape, -1)


class Classifier(nn.Module):
    def __init__(self, mean, deviation):
        super().__init__()
        self.mean, self.deviation = mean, deviation
        self.matrices = nn.ModuleList([nn.Linear(len(mean), 64), nn.Linear(64, 64), nn.Linear(64, len(OPERATORS))])

    def forward(self, x):
        x = (x - self.mean) / self.deviation
        for matrix in self.matrices[:-1]:
            x = F.dropout(F.leaky_relu(matrix(x), 0.2), 0.1, self.training)
        return self.matrices[-1](x)

    def tensors(self):
        """The layers, the first of which takes features as they are."""
        layers = [(m.weight.detach().double(), m.bias.detach().double()) for m in self.matrices]
        weight = layers[0][0] / self.deviation
        layers[0] = (weight, layers[0][1] - weight @ self.mean.double())
        return {
            f"operators.{i}.{name}": tensor.float().numpy()
            for i, layer in enumerate(layers) for name, tensor in zip(("weight", "bias"), layer)}


def seen(folder):
    """Features of what is learned from and of what is not, [N, operators, 22] of each side; kept in the folder."""
    path = folder / "features.npz"
    if not path.exists():
        random, start, known = np.random.default_rng(3), time.time(), {}
        files = sorted(path for path in folder.glob("[0-9]*.npz") if ".part" not in path.name)
        for side in SIDES:
            small = np.concatenate([np.load(path)[str(side)] for path in files])
            shown = [small[:-HELD_OUT]]
            shown += [np.stack([altered(x, random) for x in shown[0]]) for _ in range(ALTERED)]
            known[f"learned{side}"] = np.concatenate([features(x) for part in shown for x in np.split(part, 10)])
            known[f"unseen{side}"] = features(small[-HELD_OUT:])
            print(f"side {side}, {time.time() - start:.0f} s", flush=True)
        np.savez(path, **known)
    known = np.load(path)
    return [[torch.from_numpy(known[f"{kind}{side}"]).float() for side in SIDES] for kind in ("learned", "unseen")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--pictures", type=int, default=600)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    draw(arguments.folder, arguments.pictures)
    learned, unseen = seen(arguments.folder)
    x = torch.cat(learned).flatten(0, 1)
    truth = torch.arange(len(OPERATORS)).repeat(len(x) // len(OPERATORS))
    network = Classifier(x.mean(0), x.std(0))
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-2)
    steps = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(network(x[batch]), truth[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()
    for side, known in zip(SIDES, unseen):
        right = (network(known).argmax(-1) == torch.arange(len(OPERATORS))).float().mean()
        print(f"side {side}: {100 * right:.0f} % of what it has not seen", flush=True)
    metadata, tensors = stored(arguments.encoder)
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("operators.")}
    write(arguments.encoder, tensors | network.tensors(), metadata | {
        "operatorNames": ",".join(OPERATORS), "operatorSides": ",".join(map(str, TRUSTED))})


if __name__ == "__main__":
    main()
