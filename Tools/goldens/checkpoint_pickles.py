#!/usr/bin/env python3
"""Checkpoints of every pickled format, tiny, and their values: Tests/CheckpointsTests/Goldens/checkpoints.

    checkpoint_pickles.py STYLEGAN2_ADA_CHECKOUT

Each file is written by the saver that its users have: `torch.save` in both of its formats, and for the PyTorch
StyleGAN2-ADA the original classes under plain `pickle`, as its training loop does. TensorFlow's writer no longer
runs; its objects are made here with the same class names and the same state. Sources that those pickles carry
with them are replaced by a line, since only numbers are committed.

`values.safetensors` holds every tensor of every file as float64, under FILE:NETWORK:NAME.
"""

import argparse
import copy
import io
import pickle
import struct
import sys
import types
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

from golden_files import write

FOLDER = Path(__file__).resolve().parents[2] / "Tests/CheckpointsTests/Goldens/checkpoints"
VALUES = {}


def record(file, network, tensors):
    for name, tensor in tensors.items():
        value = tensor.detach().double().numpy() if torch.is_tensor(tensor) else np.asarray(tensor, np.float64)
        VALUES[f"{file}:{network}:{name}"] = value


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def types_and_views():
    """One tensor of each type, and tensors that share, skip, turn and repeat their storage."""
    base = torch.arange(24, dtype=torch.float32)
    whole = torch.tensor([[0.0, 1.0, 2.0], [3.0, 64.0, 127.0]])
    state = OrderedDict()
    for kind in ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]:
        state["types." + kind] = whole.to(getattr(torch, kind))
    state["types.bool"] = torch.tensor([True, False, True])
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = torch.nn.Parameter(numbers(2, 3))
    state["shared.all"] = base
    state["shared.tail"] = base[20:]
    state["shared.turned"] = base[:12].view(3, 4).t()
    state["shared.every_third"] = base[1::3]
    state["shared.repeated"] = base[2:4].view(1, 2).expand(5, 2)
    state["shared.channels_last"] = base.view(1, 2, 3, 4).contiguous(memory_format=torch.channels_last)
    state._metadata = OrderedDict([("", {"version": 1})])
    return state


def torch_files():
    state = types_and_views()
    torch.save(state, FOLDER / "torch_archive.pt")
    torch.save(state, FOLDER / "torch_legacy.pt", _use_new_zipfile_serialization=False)
    for file in ["torch_archive.pt", "torch_legacy.pt"]:
        record(file, "", state)

    # Types that came later are saved in another way, in archives only.
    late = {"uint16": torch.tensor([1, 65535], dtype=torch.uint16), "kept": numbers(2)}
    torch.save(late, FOLDER / "torch_late_types.pt")
    record("torch_late_types.pt", "", {"uint16": np.array([1, 65535]), "kept": late["kept"]})

    fit = {"mean": numbers(6), "std": numbers(6, seed=1).abs()}
    torch.save(fit, FOLDER / "gaussian_fit.pt", _use_new_zipfile_serialization=False)
    record("gaussian_fit.pt", "", fit)

    lone = numbers(3, 2)
    torch.save(lone, FOLDER / "tensor.pt")
    record("tensor.pt", "loose", {"": lone})
    pair = (numbers(2), numbers(3, seed=1))
    torch.save(pair, FOLDER / "tensors.pt", _use_new_zipfile_serialization=False)
    record("tensors.pt", "loose", {"0": pair[0], "1": pair[1]})


def trained(layers=2):
    torch.manual_seed(5)
    model = torch.nn.Sequential(OrderedDict((f"layer{i}", torch.nn.Linear(2, 2)) for i in range(layers)))
    optimiser = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    return model, optimiser


def nested_files():
    """Networks among other things, as the trainers of rosinality and lucidrains save them."""
    model, optimiser = trained()
    arguments = argparse.Namespace(size=64, path="data", lr=0.002, distributed=False, ckpt=None)
    checkpoint = {
        "g": model.state_dict(), "g_ema": copy.deepcopy(model).state_dict(),
        "g_optim": optimiser.state_dict(), "args": arguments, "ada_aug_p": 0.25, "latent_avg": numbers(4),
    }
    torch.save(checkpoint, FOLDER / "nested.pt")
    torch.save(checkpoint, FOLDER / "nested_legacy.pt", _use_new_zipfile_serialization=False)
    for file in ["nested.pt", "nested_legacy.pt"]:
        record(file, "g", checkpoint["g"])
        record(file, "g_ema", checkpoint["g_ema"])
        record(file, "loose", {"latent_avg": checkpoint["latent_avg"]})
    torch.save({"GAN": model.state_dict(), "version": "1.8.9"}, FOLDER / "versioned.pt")
    record("versioned.pt", "GAN", model.state_dict())


class Python2Pickler(pickle._Pickler):
    """Writes byte strings and ASCII text the way Python 2 writes its one type of string."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        data = value if isinstance(value, bytes) else value.encode("ascii")
        if len(data) < 256:
            self.write(b"U" + struct.pack("<B", len(data)) + data)
        else:
            self.write(b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[bytes] = save_string
    dispatch[str] = save_string


def module(name, **members):
    found = sys.modules.setdefault(name, types.ModuleType(name))
    for key, value in members.items():
        setattr(found, key, value)
        value.__module__, value.__qualname__ = name, key
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(module(parent), child, found)
    return found


def tensorflow_files():
    """The triple G, D, Gs of the TensorFlow repositories: objects with the state that `Network` pickles."""

    class Network:
        def __init__(self, state):
            self.__dict__.update(state)

    class EasyDict(dict):
        pass

    saved = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "dnnlib"}
    module("dnnlib.util", EasyDict=EasyDict)
    module("dnnlib.tflib.network", Network=Network)

    def network(name, function, variables, components=None, **settings):
        return Network({
            "version": 4, "name": name, "static_kwargs": settings, "components": components or {},
            "build_module_src": "# the source stood here", "build_func_name": function,
            "variables": variables,
        })

    random = np.random.RandomState(3)

    def array(*shape):
        return random.randn(*shape).astype(np.float32)

    def generator(name):
        synthesis = network(
            "G_synthesis", "G_synthesis_stylegan2",
            [("4x4/Const/const", array(1, 2, 4, 4)), ("noise0", array(1, 1, 4, 4)),
             ("4x4/Conv/weight", np.asfortranarray(array(3, 3, 2, 2))), ("4x4/Conv/noise_strength", np.float32(0.5))],
            resolution=4, fmap_max=2)
        mapping = network(
            "G_mapping", "G_mapping", [("Dense0/weight", array(3, 3)), ("Dense0/bias", array(3))],
            dlatent_broadcast=None)
        return network(
            name, "G_main", [("lod", np.float32(0)), ("dlatent_avg", array(3))],
            EasyDict(synthesis=synthesis, mapping=mapping), num_channels=3, resolution=4,
            kwargs=EasyDict(nested=[1, 2.5, "text", None, True]))

    discriminator = network("D", "D_stylegan2", [("4x4/Dense0/weight", array(2, 2).astype(np.float64))])
    triple = (generator("G"), discriminator, generator("Gs"))

    files = {"tensorflow.pkl": 4, "tensorflow_protocol2.pkl": 2, "tensorflow_protocol5.pkl": 5}
    for file, protocol in files.items():
        (FOLDER / file).write_bytes(pickle.dumps(triple, protocol=protocol))
    buffer = io.BytesIO()
    Python2Pickler(buffer, protocol=2).dump(triple)
    (FOLDER / "tensorflow_python2.pkl").write_bytes(buffer.getvalue())

    def variables(net, prefix=""):
        found = {prefix + name: value for name, value in net.variables}
        for name, component in net.components.items():
            found |= variables(component, f"{prefix}{name}/")
        return found

    for file in [*files, "tensorflow_python2.pkl"]:
        for path, net in zip(["G", "D", "Gs"], triple):
            record(file, path, variables(net))
    for name in [name for name in sys.modules if name.split(".")[0] == "dnnlib"]:
        del sys.modules[name]
    sys.modules.update(saved)


def stylegan2_ada_files(checkout):
    """A snapshot of StyleGAN2-ADA's training, by its own classes."""
    sys.path.insert(0, str(checkout))
    warnings.simplefilter("ignore")
    sys.modules.setdefault("requests", types.ModuleType("requests"))  # for downloads only
    import dnnlib
    from torch_utils import persistence
    from training import networks

    # Copies of a network find their class by the source they carry.
    source = "# the source stood here"
    persistence._src_to_module_dict[source] = networks
    for decorated in persistence._decorators:
        decorated._orig_module_src = source
    torch.manual_seed(11)
    # The smallest with every kind of layer.
    generator = networks.Generator(
        z_dim=4, c_dim=2, w_dim=4, img_resolution=8, img_channels=3,
        mapping_kwargs=dict(num_layers=1), synthesis_kwargs=dict(channel_base=16, channel_max=2, num_fp16_res=1))
    discriminator = networks.Discriminator(
        c_dim=2, img_resolution=8, img_channels=3, channel_base=16, channel_max=2,
        epilogue_kwargs=dict(mbstd_group_size=2))
    snapshot = {"training_set_kwargs": dnnlib.EasyDict(class_name="training.dataset.ImageFolderDataset", path="x.zip")}
    for name, net in [("G", generator), ("D", discriminator), ("G_ema", generator), ("augment_pipe", None)]:
        if net is not None:
            net = copy.deepcopy(net).eval().requires_grad_(False).cpu()
        snapshot[name] = net
    with open(FOLDER / "stylegan2_ada.pkl", "wb") as file:
        pickle.dump(snapshot, file)
    for name in ["G", "D", "G_ema"]:
        record("stylegan2_ada.pkl", name, snapshot[name].state_dict())


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch_files()
    nested_files()
    tensorflow_files()
    stylegan2_ada_files(Path(sys.argv[1]))
    write(
        FOLDER / "values.safetensors", VALUES, packages=["torch", "numpy"],
        about="every tensor of every file beside it, float64, as FILE:NETWORK:NAME", seeds=[0, 1, 3, 5, 11])
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name:28} {path.stat().st_size}")


if __name__ == "__main__":
    main()
