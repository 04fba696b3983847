"""The PULSE recipe in PyTorch around MobileStyleGAN: what share of faces it accepts is the yardstick for ours.

    python reference_recipe.py MODEL.safetensors FACE.png ... [--steps 100] [--seeds 1,2] [--json FILE] [--our-generator]

FACE.png is an aligned square face of 8 to 256 pixels a side, as `pulse align` writes it. For every face and seed it
prints the lowest L2 of the hundred iterates (what the original accepts by, at 2e-3) and, for comparison with
our certificate, the lowest mean square error of an iterate clamped and rounded to 8 bits.

--our-generator renders and differentiates with `PulseBench generator` instead of PyTorch, which takes a tenth of the
time; the recipe stays PyTorch's. That the two generators agree is tested elsewhere.

Source: Menon et al., "PULSE" (CVPR 2020), and its published code for what the paper leaves open: Adam on the
spheres of the starting points, cycle-and-drop schedule, GEOCROSS on the vectors behind the leaky ReLU.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
from contestants import bench_binary  # noqa: E402
from mobilestylegan_torch import MobileStyleGAN, downscale_matrix, read_safetensors  # noqa: E402

EPS = 2e-3
TRAINED_MAPS = 5


class OurGenerator:
    """Stands in for the PyTorch generator, at the other end of a pipe."""

    def __init__(self, original, model, threads):
        self.rows, self.baked = original.rows, original.baked
        self.process = subprocess.Popen([bench_binary(), "generator", model, str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, request, tensors, shapes):
        self.process.stdin.write(request + b"".join(t.detach().float().contiguous().numpy().tobytes() for t in tensors))
        self.process.stdin.flush()
        answers = [torch.frombuffer(bytearray(self.process.stdout.read(4 * int(np.prod(s)))), dtype=torch.float32) for s in shapes]
        return [answer.reshape(shape) for answer, shape in zip(answers, shapes)]

    def __call__(self, w, maps):
        return Rendering.apply(self, w, *maps)


class Rendering(torch.autograd.Function):
    @staticmethod
    def forward(context, generator, w, *maps):
        context.generator, context.shapes, context.count = generator, [w.shape, *(m.shape for m in maps[:TRAINED_MAPS])], len(maps)
        return generator.ask(b"f", [w, *maps], [(1, 3, 1024, 1024)])[0]

    @staticmethod
    def backward(context, d_image):
        gradients = context.generator.ask(b"b", [d_image], context.shapes)
        return None, *gradients, *[None] * (context.count - TRAINED_MAPS)


def schedule(step, steps):
    """The factor on the learning rate: up to 1 and down to 0.1 in nine tenths of the run, then down to 0.001."""
    if step < 0.9 * steps:
        return (9 * (1 - abs(step / (0.9 * steps) - 0.5) * 2) + 1) / 10
    return 0.1 + (step - 0.9 * steps) / (0.1 * steps) * (0.001 - 0.1)


def radius(p):
    """The length of each sphere's point: one for each layer of z [1, L, 512], one for a map [1, 1, s, s]."""
    return (p.square().sum(tuple(range(2, p.ndim)), keepdim=True) + 1e-9).sqrt()


def geocross(w):
    """64/L² · Σ over ordered pairs of the squared angle between w [L, 512]."""
    a = ((w[:, None] - w[None]).square().sum(-1) + 1e-9).sqrt()
    b = ((w[:, None] + w[None]).square().sum(-1) + 1e-9).sqrt()
    return 64 / len(w) ** 2 * (2 * torch.atan2(a, b)).square().sum()


def search(generator, statistics, target, steps, seed):
    """One run; returns for every iterate, the one after the last step included, its L2, that of its 8-bit picture, and the
    seconds until it was known."""
    started = time.perf_counter()
    mean, std = statistics
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(1, generator.rows, 512, generator=random).requires_grad_(True)
    maps = [torch.randn(m.shape, generator=random) for m in generator.baked[:-1]] + [torch.zeros_like(generator.baked[-1])]
    trained = [m.requires_grad_(True) for m in maps[:TRAINED_MAPS]]
    points = [z, *trained]
    with torch.no_grad():
        radii = [radius(p) for p in points]
    matrix = downscale_matrix(target.shape[1])
    optimiser = torch.optim.Adam(points, lr=0.4)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, steps))

    def iterate():
        w = F.leaky_relu(z[0] * std + mean, 0.2)
        image = (generator(w, maps)[0] + 1) / 2
        l2 = (matrix @ image @ matrix.T - target).square().mean()
        rounded = (image.detach().clamp(0, 1) * 255).round() / 255
        mse = (matrix @ rounded @ matrix.T - target).square().mean()
        fits.append((l2.item(), mse.item(), time.perf_counter() - started))
        return w, l2

    fits = []
    for _ in range(steps):
        optimiser.zero_grad()
        w, l2 = iterate()
        (100 * l2.clamp(min=EPS) + 0.05 * geocross(w)).backward()
        optimiser.step()
        rate.step()
        with torch.no_grad():
            for p, r in zip(points, radii):
                p.mul_(r / radius(p))
    with torch.no_grad():
        iterate()
    return fits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("faces", nargs="+")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seeds", default="1", help="comma-separated (default: 1)")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--our-generator", action="store_true", help="render with PulseBench instead of PyTorch")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)

    tensors, _ = read_safetensors(options.model)
    generator = MobileStyleGAN(tensors, torch.channels_last)
    statistics = tensors["latent.mean"], tensors["latent.std"]
    if options.our_generator:
        generator = OurGenerator(generator, Path(options.model).stem, options.threads or torch.get_num_threads())
    results = []
    for face in options.faces:
        pixels = np.asarray(Image.open(face).convert("RGB"), np.float32) / 255
        if pixels.shape[0] != pixels.shape[1] or not 8 <= pixels.shape[0] <= 256:
            sys.exit(f"{face} is {pixels.shape[1]}x{pixels.shape[0]}: a square of 8 to 256 pixels is wanted")
        target = torch.from_numpy(pixels).permute(2, 0, 1)
        for seed in map(int, options.seeds.split(",")):
            start = time.perf_counter()
            fits = search(generator, statistics, target, options.steps, seed)
            l2 = min(f[0] for f in fits[:-1])
            mse = min(f[1] for f in fits)
            soonest = min((f[2] for f in fits[:-1] if f[0] <= EPS), default=None)
            results.append({
                "file": Path(face).name, "side": pixels.shape[0], "seed": seed, "steps": options.steps,
                "minimumL2": l2, "mse8bit": mse, "acceptedByOriginal": l2 <= EPS, "accepted": mse <= EPS,
                "seconds": round(time.perf_counter() - start, 1), "secondsToTolerance": soonest and round(soonest, 1)})
            print(f"{Path(face).name} seed {seed}: lowest L2 {l2:.5f}, 8-bit mse {mse:.5f}, "
                  f"{'accepted' if mse <= EPS else 'not accepted'}, {results[-1]['seconds']} s", flush=True)
    share = sum(r["accepted"] for r in results) / len(results)
    print(f"accepted: {share:.0%} of {len(results)}")
    if options.json:
        Path(options.json).write_text(json.dumps({"share": share, "runs": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
