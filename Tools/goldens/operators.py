"""What the default model's encoder file says about how faces were made small (Tools/encoder), for Tests/SearchTests.

    python3 operators.py FOLDER

The pictures are the last of Tools/encoder/operators.py, from which nothing was learned, by each operator.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import torch

from golden_files import write

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/encoder"))
spec = importlib.util.spec_from_file_location("learning", ROOT / "Tools/encoder/operators.py")
learning = importlib.util.module_from_spec(spec)
spec.loader.exec_module(learning)

PICTURES = {12: 1, 16: 2, 32: 1}


def main():
    torch.set_num_threads(1)
    last = sorted(path for path in Path(sys.argv[1]).glob("[0-9]*.npz") if ".part" not in path.name)[-1]
    _, stored = learning.stored(ROOT / "Tools/encoder/mobilestylegan-ffhq-1024.safetensors")
    tensors = {}
    for side, count in PICTURES.items():
        small = np.load(last)[str(side)][-count:]
        features = learning.features(small)
        x = torch.from_numpy(features).double()
        for i in range(3):
            weight, bias = (torch.from_numpy(stored[f"operators.{i}.{kind}"]).double() for kind in ("weight", "bias"))
            x = torch.nn.functional.linear(x, weight, bias)
            if i < 2:
                x = torch.nn.functional.leaky_relu(x, 0.2)
        tensors[f"pictures.{side}"] = small.reshape(-1, side, side, 3).transpose(0, 3, 1, 2).astype("f4") / 255
        tensors[f"features.{side}"] = features.reshape(-1, features.shape[-1]).astype("f4")
        tensors[f"answers.{side}"] = torch.log_softmax(x, -1).flatten(0, -2).float().numpy()
    write(
        ROOT / "Tests/SearchTests/Goldens/operators.safetensors", tensors, packages=["torch", "numpy"],
        about="log probabilities of the six operators for four pictures of the generator made small by each in turn",
        pairs=last.name)


if __name__ == "__main__":
    main()
