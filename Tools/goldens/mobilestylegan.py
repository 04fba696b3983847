"""Golden numbers for MobileStyleGAN: its original PyTorch modules on a tiny network and on the real weights.

    python mobilestylegan.py tiny CHECKOUT          a network of 64 pixels with random weights, in float64
    python mobilestylegan.py real CHECKOUT DATA     the weights of the random_face wheel, in float64

CHECKOUT is a copy of MobileStyleGAN.pytorch, DATA the wheel's folder random_face/data. Inputs are numbered
normals (counter_random.py), so that only results are stored.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import golden_files
import openvino_ir
import original_mobilestylegan as original
from counter_random import normals

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/GeneratorsTests/Goldens"

TINY = {"channels": [16, 20, 12, 8], "style_dim": 24}
REAL = {"channels": [512, 512, 512, 512, 512, 256, 128, 64], "style_dim": 512}

# Streams of CounterRandom under each command's seed.
W_STREAM, DIMAGE_STREAM, MAP_STREAM, Z_STREAM = 1, 2, 100, 3


def numbers(seed, stream, *shape):
    return torch.from_numpy(np.asarray(normals(seed, stream, shape))).to(torch.get_default_dtype())


def slots_from_live(w, channels):
    """[live, D] to [1, L, D]; dead slots get large values that would show if anything read them."""
    slots = torch.full((1, 3 * len(channels) - 1, w.shape[1]), 1e3)
    slots[0, original.live_slots(channels)] = w
    return slots


def tiny(checkout):
    seed = 64
    torch.set_default_dtype(torch.float64)
    channels, style_dim = TINY["channels"], TINY["style_dim"]
    network = original.synthesis_network_class(checkout)(**TINY).eval()
    sides, names = original.noise_sides(channels), original.noise_names(channels)
    state = {}
    for stream, (name, value) in enumerate(network.state_dict().items(), start=1000):
        if "idwt" in name or name == "device_info":
            continue
        drawn = numbers(seed, stream, *value.shape)
        if name.endswith("modulation.weight"):
            drawn = drawn * 0.5 / style_dim**0.5
        elif name.endswith("modulation.bias"):
            drawn = 1 + 0.2 * drawn
        elif name.endswith("style_inv"):
            drawn = 1 + 0.3 * drawn
        elif name.endswith("noise.weight"):
            drawn = 0.2 + 0.1 * drawn.abs()
        elif name.endswith("to_img.conv.weight"):
            drawn = 0.5 * drawn
        elif name.endswith("bias"):
            drawn = 0.1 * drawn
        state[name] = drawn.float().double()
    network.load_state_dict(network.state_dict() | state)
    folded = {n: v.float().double() for n, v in original.folded(state).items()}

    w = numbers(seed, W_STREAM, 2 * len(channels), style_dim)
    maps = [numbers(seed, MAP_STREAM + i, s, s) for i, s in enumerate(sides)]
    unfolded_image = original.render(network, slots_from_live(w, channels), maps)
    network = original.build(checkout, folded, **TINY)
    for value in [w, *maps]:
        value.requires_grad_(True)
    image = original.render(network, slots_from_live(w, channels), maps)
    change = (image - unfolded_image).abs().max().item()
    print(f"folding the demodulation changes the picture by {change:.1e} (weights rounded to float32)")
    assert change < 1e-5
    dimage = numbers(seed, DIMAGE_STREAM, *image.shape[1:])
    gradients = torch.autograd.grad(image, [w, *maps], dimage[None])
    baked = [numbers(seed, MAP_STREAM + 50 + i, s, s).float().double() for i, s in enumerate(sides)]
    with torch.no_grad():
        others = {
            "every5.baked": original.render(network, slots_from_live(w, channels), baked)[0, :, ::5, ::5],
            "every5.zero": original.render(network, slots_from_live(w, channels), [0 * m for m in maps])[0, :, ::5, ::5],
        }
    golden_files.write(
        GOLDENS / "tiny.safetensors",
        {"image": image[0].detach().numpy(), "dW": gradients[0].numpy()}
        | {f"dNoise.{i}": g.numpy() for i, g in enumerate(gradients[1:])}
        | {n: v.numpy() for n, v in others.items()},
        packages=["torch", "numpy"], dtype="float64", seed=seed,
        about="a MobileStyleGAN of 64 pixels: picture for given noise, every fifth pixel of it for baked and no noise; gradients for given noise",
        streams={"w": W_STREAM, "dImage": DIMAGE_STREAM, "noise map i": f"{MAP_STREAM} + i"}, **TINY)
    weights = {n: v.float().numpy() for n, v in folded.items()
               if "to_img" not in n or n.startswith(f"layers.{len(channels) - 2}.")}
    weights |= {f"{n}.noise.noise": m.float().numpy()[None, None] for n, m in zip(names, baked)}
    golden_files.write(
        GOLDENS / "tiny_weights.safetensors", weights, packages=["torch", "numpy"], dtype="float32", seed=seed,
        about="the weights of that network, demodulation folded", **TINY)


def real(checkout, data):
    seed = 1024
    channels = REAL["channels"]
    parameters = openvino_ir.synthesis_parameters(f"{data}/SynthesisNetwork")
    mapping = openvino_ir.mapping_layers(f"{data}/MappingNetwork")
    # In float32, PyTorch's own two memory formats differ by 3e-4 in the latent gradient; in float64 there is one answer.
    torch.set_default_dtype(torch.float64)
    state = {n: torch.from_numpy(v.copy()).double() for n, v in parameters.items()}
    baked = [state.pop(f"{n}.noise.noise")[0, 0] for n in original.noise_names(channels)]
    network = original.build(checkout, state, **REAL)

    live = len(original.live_slots(channels))
    w = openvino_ir.map_latent(mapping, normals(seed, Z_STREAM, (live, 512))).astype(np.float32)
    tensors = {"w": w}

    tied = np.repeat(w[:1], live, axis=0)
    peer = openvino_image(data, w[:1])
    with torch.no_grad():
        ours = original.render(network, slots_from_live(torch.from_numpy(tied).double(), channels), baked)[0].numpy()
    difference = float(np.abs(peer - ours).max())
    print(f"OpenVINO and the PyTorch modules differ by {difference:.1e} on a tied latent")
    assert difference < 2e-3
    add_summary(tensors, "tied", peer)

    leaf = torch.from_numpy(w).double().requires_grad_(True)
    image = original.render(network, slots_from_live(leaf, channels), baked)[0]
    dimage = formula_gradient(image.shape)
    gradient = torch.autograd.grad(image, leaf, torch.from_numpy(dimage).double())[0]
    tensors["dW"] = gradient.numpy().astype(np.float32)
    add_summary(tensors, "mixed", image.detach().numpy())
    golden_files.write(
        GOLDENS / "real.safetensors", tensors, packages=["torch", "openvino", "numpy"], dtype="float64, stored as float32", seed=seed,
        about="real weights: pixels and 32x32 box means of the pictures of w[0] in every slot (OpenVINO) and of one "
              "w for each live slot (PyTorch, baked noise), and the latter's latent gradient",
        dImage="cos(0.37 c + 0.011 y + 0.017 x) / (1024 * 1024)", openvino_torch_difference=difference,
        streams={"z": Z_STREAM})


def formula_gradient(shape):
    c, y, x = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in shape), indexing="ij")
    return (np.cos(0.37 * c + 0.011 * y + 0.017 * x) / (shape[1] * shape[2])).astype(np.float32)


def add_summary(tensors, name, image):
    """64 pixels at fixed places in every channel, and the mean over each 32x32 box."""
    k = np.arange(64)
    rows, columns = (k * 389 + 7) % 1024, (k * 613 + 29) % 1024
    tensors[f"{name}.pixels"] = image[:, rows, columns].astype(np.float32)
    boxes = image.astype(np.float64).reshape(3, 32, 32, 32, 32).mean(axis=(2, 4))
    tensors[f"{name}.boxes"] = boxes.astype(np.float32)


def openvino_image(data, w):
    import openvino
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(f"{data}/SynthesisNetwork.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([w])[0][0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=["tiny", "real"])
    parser.add_argument("checkout")
    parser.add_argument("data", nargs="?")
    arguments = parser.parse_args()
    tiny(arguments.checkout) if arguments.which == "tiny" else real(arguments.checkout, arguments.data)
