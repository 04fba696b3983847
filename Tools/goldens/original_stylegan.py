"""The original StyleGAN networks on the CPU, from checkouts of their repositories, at any size.

Sources are executed as they are, with the few replacements written out below: sizes that they fix in their text,
and the compiled CUDA operations, which their own CPU paths never call.
"""

import importlib
import pickle
import sys
import types
from pathlib import Path

import torch

COMMITS = {
    "pulse": "adamian98/pulse 40cacb97df28081e0edf8440a8c3f7c4e6205732",
    "rosinality": "rosinality/stylegan2-pytorch bef283a1c24087da704d16c30abc8e36e63efa0e",
    "ada": "NVlabs/stylegan2-ada-pytorch d72cc7d041b42ec8e806021a205ed9349f87c6a4",
}


def execute(path, name, changes=()):
    """The module in a source file, after replacing text in it."""
    source = Path(path).read_text()
    for old, new in changes:
        assert old in source, f"{path} no longer says {old}"
        source = source.replace(old, new)
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def pulse(checkout, latent_size=512):
    """stylegan.py of PULSE; its mapping network fixes 512."""
    return execute(Path(checkout) / "stylegan.py", "stylegan", [("512, 512", f"{latent_size}, {latent_size}")])


def rosinality(checkout, channels=None):
    """model.py of rosinality's StyleGAN2; `channels` by resolution replaces its table."""
    checkout = Path(checkout)
    # load() would compile the CUDA operations.
    extension = importlib.import_module("torch.utils.cpp_extension")
    extension.load = lambda *_, **__: None
    sys.path.insert(0, str(checkout))
    importlib.import_module("op")
    table = {4: "512", 8: "512", 16: "512", 32: "512", 64: "256 * channel_multiplier"}
    changes = [(f"{r}: {table[r]},", f"{r}: {c},") for r, c in (channels or {}).items()]
    return execute(checkout / "model.py", "model", changes)


def ada(checkout):
    """training/networks.py of StyleGAN2-ADA, and a function that pickles as it does."""
    sys.path.insert(0, str(checkout))
    # Its downloader's package; nothing is downloaded.
    sys.modules.setdefault("requests", types.ModuleType("requests"))
    persistence = importlib.import_module("torch_utils.persistence")
    networks = importlib.import_module("training.networks")

    def dumps(value):
        # Every pickle would carry the text of networks.py, which is NVIDIA's and not ours to publish.
        kept = {c: c._orig_module_src for c in persistence._decorators}
        try:
            for c in kept:
                c._orig_module_src = "# The source code that the original puts here is left out.\n"
            return pickle.dumps(value)
        finally:
            for c, source in kept.items():
                c._orig_module_src = source

    return networks, dumps


def numbered(seed, stream, shape):
    from counter_random import normals
    return torch.from_numpy(normals(seed, stream, tuple(shape)))
