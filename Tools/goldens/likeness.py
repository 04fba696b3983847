"""What PyTorch says of the default model's likeness (Tools/encoder), for Tests/ModelsTests.

    python3 likeness.py PAIRS

The first pictures are the generator's, from the last file of Tools/encoder/pairs.py, which nothing was learned from; then
numbered noise, and the first pictures upside down.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from counter_random import normals
from golden_files import write

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/encoder"))
from likeness import Likeness, brought, stored  # noqa: E402

FACES = 6


def main():
    torch.set_num_threads(1)
    last = sorted(Path(sys.argv[1]).glob("[0-9]*.npz"))[-1]
    faces = torch.from_numpy(np.load(last)["small"][:FACES].astype("f4") / 255).permute(0, 3, 1, 2)
    faces = brought(faces)
    noise = torch.from_numpy(normals(1, 1, (2, 3, 32, 32)).astype("f4") * 0.2 + 0.5).clamp(0, 1)
    pictures = torch.cat([faces, noise, faces[:2].flip(2)]).contiguous()
    _, tensors = stored(ROOT / "Tools/encoder/mobilestylegan-ffhq-1024.safetensors")
    network = Likeness().eval()
    with torch.no_grad():
        for i, layer in enumerate([*network.convolutions, *network.matrices]):
            layer.weight.copy_(torch.from_numpy(tensors[f"likeness.{i}.weight"].astype("f4")))
            layer.bias.copy_(torch.from_numpy(tensors[f"likeness.{i}.bias"].astype("f4")))
        answers = torch.sigmoid(network(pictures))
    write(
        ROOT / "Tests/ModelsTests/Goldens/likeness.safetensors",
        {"pictures": pictures.numpy(), "likeness": answers.numpy()}, packages=["torch", "numpy"],
        about="the default model's likeness of six pictures of the generator, two of noise, and the first two upside down",
        pairs=last.name)


if __name__ == "__main__":
    main()
