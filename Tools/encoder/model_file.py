"""The imported default model, as far as the encoder's scripts need it."""

import json
import os
from pathlib import Path

import numpy as np

MODEL = "mobilestylegan-ffhq-1024"
BENCH = Path(__file__).resolve().parents[2] / ".build/release/PulseBench"


def home():
    """As `pulse` finds it."""
    if os.environ.get("PULSE_HOME"):
        return Path(os.environ["PULSE_HOME"])
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data.startswith("/") else Path.home() / ".local/share") / "pulse"


class ModelFile:
    def __init__(self):
        self.bytes = (home() / "models" / f"{MODEL}.safetensors").read_bytes()
        self.start = 8 + int.from_bytes(self.bytes[:8], "little")
        header = json.loads(self.bytes[8 : self.start])
        self.metadata = header.pop("__metadata__")
        self.header = header
        self.names = list(header)

    def tensor(self, name):
        first, end = self.header[name]["data_offsets"]
        data = self.bytes[self.start + first : self.start + end]
        return np.frombuffer(data, "<f4").reshape(self.header[name]["shape"])

    def map(self, z):
        """w of z, [N, 512]: pixel norm, then eight layers with leaky ReLU and a gain of √2."""
        x = z / np.sqrt((z * z).mean(1, keepdims=True) + 1e-8)
        for layer in range(1, 9):
            x = x @ self.tensor(f"mapping.layers.{layer}.weight").T + self.tensor(f"mapping.layers.{layer}.bias")
            x = np.where(x > 0, x, 0.2 * x) * 2**0.5
        return x.astype("f4")
