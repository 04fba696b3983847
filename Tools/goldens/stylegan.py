"""Golden numbers and checkpoints of the StyleGAN family, by the original code on the CPU.

    python stylegan.py stylegan1 PULSE          PULSE's StyleGAN1: its three .pt files, and NVIDIA's .pkl of the same weights
    python stylegan.py stylegan2 ROSINALITY     rosinality's StyleGAN2: a training checkpoint, and NVIDIA's .pkl of the same weights
    python stylegan.py ada ADA                  StyleGAN2-ADA with three classes and a clamp; the architectures that are declined

The networks are tiny and drawn from counter_random.py: element k of parameter i is number k of stream 1000 + i,
scaled as `draw` says. Checkpoints are saved as the originals save them; expected numbers are computed in
double precision from the same single-precision weights. The TensorFlow pickles cannot be written by their
own code any more: their objects are laid out as its source says, with classes of the same names.
"""

import argparse
import copy
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import torch

import golden_files
import original_stylegan as original
from original_stylegan import numbered

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/GeneratorsTests/Goldens"
W_STREAM, DIMAGE_STREAM, Z_STREAM, MAP_STREAM, BAKED_STREAM, WEIGHT_STREAM = 1, 2, 3, 100, 200, 1000
SAMPLES = 6


def draw(module, seed, rule):
    """Fills a module's parameters, in single precision; `rule` gives (mean, deviation) of each by its name."""
    for i, (name, value) in enumerate(module.named_parameters()):
        mean, deviation = rule(name)
        value.data = (mean + deviation * numbered(seed, WEIGHT_STREAM + i, value.shape)).float()
    return module


def inputs(seed, slots, size, sides):
    w = numbered(seed, W_STREAM, (slots, size)).requires_grad_(True)
    maps = [numbered(seed, MAP_STREAM + i, (s, s)).requires_grad_(True) for i, s in enumerate(sides)]
    return w, maps


def thinned(array):
    """Every fifth row and column of large maps, which are otherwise whole."""
    array = np.asarray(array.detach())
    return array if array.shape[-1] <= 16 else array[..., ::5, ::5]


def record(render, seed, w, maps, **more):
    """Image and gradients for given latents and noise; and the image for other kinds of noise."""
    image = render(w, maps)
    dimage = numbered(seed, DIMAGE_STREAM, image.shape)
    gradients = torch.autograd.grad(image, [w, *maps], dimage)
    print(f"picture: mean {image.mean():.3f}, deviation {image.std():.3f}, |dW| {gradients[0].norm():.3g}")
    tensors = {"image": thinned(image), "dW": gradients[0].numpy()}
    tensors |= {f"dNoise.{i}": thinned(g) for i, g in enumerate(gradients[1:])}
    with torch.no_grad():
        tensors |= {f"image.{kind}": thinned(render(w, m)) for kind, m in more.items()}
    return tensors


def baked_maps(seed, sides):
    return [numbered(seed, BAKED_STREAM + i, (s, s)).float() for i, s in enumerate(sides)]


def write(name, tensors, checkouts, **facts):
    golden_files.write(
        GOLDENS / f"{name}.safetensors", tensors, packages=["torch", "numpy"], dtype="float64",
        originals=[original.COMMITS[c] for c in checkouts], **facts)


def save(name, save_to):
    path = GOLDENS / name
    save_to(path)
    print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")


# NVIDIA's TensorFlow networks, laid out as dnnlib/tflib/network.py pickles them.

def tensorflow_network(version, name, static, variables, components=None, function="training.networks"):
    module = types.ModuleType("dnnlib.tflib.network")
    if module.__name__ not in sys.modules:
        module.Network = type("Network", (), {"__module__": module.__name__})
        for parent in ["dnnlib", "dnnlib.tflib"]:
            sys.modules.setdefault(parent, types.ModuleType(parent))
        sys.modules[module.__name__] = module
    network = sys.modules[module.__name__].Network()
    network.__dict__ |= {
        "version": version, "name": name, "static_kwargs": static, "components": components or {},
        "build_module_src": "# The source code that the original puts here is left out.\n",
        "build_func_name": function, "variables": [(n, np.asarray(v, np.float32)) for n, v in variables.items()]}
    return network


def tensorflow_generator(version, style, static, top, mapping, synthesis):
    components = {
        "synthesis": tensorflow_network(version, "G_synthesis", static, synthesis, function="G_synthesis"),
        "mapping": tensorflow_network(version, "G_mapping", static, mapping, function="G_mapping")}
    return tensorflow_network(version, "Gs", static, top, components, function=style)


def hwio(weight):
    return np.asarray(weight.detach()).transpose(2, 3, 1, 0)


# PULSE's StyleGAN1.

STYLEGAN1 = {"resolution": 128, "dlatent_size": 24, "fmap_base": 40, "fmap_decay": 0.35, "fmap_max": 12}


def stylegan1_rule(name):
    if name.endswith("const"):
        return 1, 0.5
    if name.endswith("noise.weight"):
        return 0, 0.3
    if name.endswith("style_mod.lin.bias"):
        return 0, 0.3
    return (0, 0.1) if name.endswith("bias") else (0, 1)


def stylegan1(checkout):
    # Chosen so that no activation is within 9e-6 of its deviation of the leaky ReLU's kink.
    seed, size = 154, STYLEGAN1["dlatent_size"]
    module = original.pulse(checkout, latent_size=size)
    synthesis = draw(module.G_synthesis(**STYLEGAN1), seed, stylegan1_rule).eval()
    mapping = draw(module.G_mapping(), seed + 1, lambda n: (0, 10) if n.endswith("bias") else (0, 100)).eval()
    fit = {"mean": numbered(seed, 4, (size,)).float(), "std": numbered(seed, 5, (size,)).float().abs()}
    save("stylegan1-synthesis.pt", lambda path: torch.save(synthesis.state_dict(), path))
    save("stylegan1-mapping.pt",
         lambda path: torch.save(mapping.state_dict(), path, _use_new_zipfile_serialization=False))
    save("stylegan1-gaussian_fit.pt", lambda path: torch.save(fit, path))

    state = synthesis.state_dict()
    double = copy.deepcopy(synthesis).double()
    sides = [4 << i // 2 for i in range(2 * len(synthesis.blocks))]
    w, maps = inputs(seed, len(sides), size, sides)
    render = lambda w, maps: double(w[None], [m[None, None] for m in maps])[0]
    tensors = record(render, seed, w, maps, zero=[0 * m for m in maps])
    z = numbered(seed, Z_STREAM, (SAMPLES, size))
    with torch.no_grad():
        tensors["mapped"] = mapping.double()(z).numpy()

    # The same weights in NVIDIA's file. It stores noise maps, and TensorFlow's instance norm has another epsilon.
    for norm in [m for m in double.modules() if isinstance(m, torch.nn.InstanceNorm2d)]:
        norm.eps = 1e-8
    baked = baked_maps(seed, sides)
    with torch.no_grad():
        tensors["image.tensorflow"] = thinned(render(w, [m.double() for m in baked]))
    average = numbered(seed, 6, (size,)).float()
    write("stylegan1", tensors | {"average": average.numpy()}, ["pulse"], seed=seed,
          about="PULSE's StyleGAN1 of 128 pixels: picture and gradients for given noise, pictures without noise, and "
                "with stored noise and TensorFlow's epsilon (every fifth pixel where a side is above 16); mapped z",
          configuration=STYLEGAN1)
    save("stylegan1.pkl", lambda path: write_stylegan1_tensorflow(path, seed, state, mapping, baked, average))


def write_stylegan1_tensorflow(path, seed, state, mapping, baked, average):
    resolution, size = STYLEGAN1["resolution"], STYLEGAN1["dlatent_size"]
    top = {"lod": 0, "dlatent_avg": average}
    synthesis = {"lod": 0} | {f"noise{i}": m[None, None] for i, m in enumerate(baked)}

    def epilogue(layer, block, number):
        synthesis[f"{layer}/Noise/weight"] = state[f"{block}.epi{number}.noise.weight"]
        return {f"{layer}/StyleMod/weight": state[f"{block}.epi{number}.style_mod.lin.weight"].T,
                f"{layer}/StyleMod/bias": state[f"{block}.epi{number}.style_mod.lin.bias"]}

    for block in dict.fromkeys(".".join(n.split(".")[:2]) for n in state if n.startswith("blocks.")):
        name = block.split(".")[1]
        if name == "4x4":
            synthesis["4x4/Const/const"] = state[f"{block}.const"]
            layers = [("Const", None, 1), ("Conv", "conv", 2)]
        else:
            layers = [("Conv0_up", "conv0_up", 1), ("Conv1", "conv1", 2)]
        for layer, source, number in layers:
            if source:
                synthesis[f"{name}/{layer}/weight"] = hwio(state[f"{block}.{source}.weight"])
            style = epilogue(f"{name}/{layer}", block, number)
            synthesis[f"{name}/{layer}/bias"] = state[f"{block}.{source}.bias" if source else f"{block}.bias"]
            synthesis.update(style)
        lod = int(np.log2(resolution / int(name.split("x")[0])))
        channels = state[f"{block}.epi2.noise.weight"].shape[0]
        weight = state["torgb.weight"] if lod == 0 else numbered(seed, 50 + lod, (3, channels, 1, 1))
        synthesis[f"ToRGB_lod{lod}/weight"] = hwio(weight)
        synthesis[f"ToRGB_lod{lod}/bias"] = state["torgb.bias"] if lod == 0 else np.zeros(3)
    dense = {n: v for n, v in mapping.state_dict().items()}
    layers = {}
    for i in range(8):
        layers[f"Dense{i}/weight"], layers[f"Dense{i}/bias"] = dense[f"dense{i}.weight"].T, dense[f"dense{i}.bias"]
    static = {"num_channels": 3, "resolution": resolution, "label_size": 0, "latent_size": size,
              "dlatent_size": size, "mapping_fmaps": size} | {k: STYLEGAN1[k] for k in ["fmap_base", "fmap_max"]}
    average = tensorflow_generator(3, "G_style", static, top, layers, synthesis)
    training = tensorflow_network(3, "G", static, top, function="G_style")
    discriminator = tensorflow_network(3, "D", static, {"lod": 0}, function="D_basic")
    path.write_bytes(pickle.dumps((training, discriminator, average), protocol=4))


# rosinality's StyleGAN2.

STYLEGAN2 = {"channels": {4: 12, 8: 11, 16: 10, 32: 8, 64: 6}, "style_dim": 24, "n_mlp": 3}


def stylegan2_rule(name):
    if name.startswith("style."):
        return (0, 20) if name.endswith("bias") else (0, 100)
    if name.endswith(("modulation.bias", "affine.bias")):
        return 1, 0.3
    if name.endswith(("noise.weight", "noise_strength")):
        return 0.2, 0.1
    return (0, 0.2) if name.endswith("bias") else (0, 1)


def stylegan2(checkout):
    seed, size = 42, STYLEGAN2["style_dim"]
    model = original.rosinality(checkout, STYLEGAN2["channels"])
    generator = draw(model.Generator(64, size, STYLEGAN2["n_mlp"]), seed, stylegan2_rule).eval()
    sides = [4] + [8 << i // 2 for i in range(8)]
    baked = baked_maps(seed, sides)
    for i, m in enumerate(baked):
        getattr(generator.noises, f"noise_{i}").copy_(m[None, None])
    average = numbered(seed, 6, (size,)).float()
    optimiser = torch.optim.Adam(generator.parameters(), lr=1e-3)
    state = generator.state_dict()
    save("stylegan2-rosinality.pt", lambda path: torch.save({
        "d": {"convs.0.0.weight": torch.zeros(4, 3, 1, 1)}, "g_ema": state, "g_optim": optimiser.state_dict(),
        "args": argparse.Namespace(size=64, latent=size, n_mlp=3, path="data"), "ada_aug_p": 0.0,
        "latent_avg": average}, path))

    double = copy.deepcopy(generator).double()
    w, maps = inputs(seed, 10, size, sides)
    render = lambda w, maps: double([w[None]], input_is_latent=True, noise=[m[None, None] for m in maps])[0][0]
    tensors = record(render, seed, w, maps, zero=[0 * m for m in maps], baked=[m.double() for m in baked])
    z = numbered(seed, Z_STREAM, (SAMPLES, size))
    with torch.no_grad():
        tensors["mapped"] = double.style(z).numpy()
        truncated = double([z[:1]], truncation=0.6, truncation_latent=average.double()[None], randomize_noise=False)
        tensors["image.truncated"] = thinned(truncated[0][0])
    write("stylegan2", tensors | {"average": average.numpy()}, ["rosinality"], seed=seed,
          about="rosinality's StyleGAN2 of 64 pixels: picture and gradients for given noise, pictures for no noise, stored "
                "noise, and stored noise with truncation 0.6 (every fifth pixel where a side is above 16); mapped z",
          configuration=STYLEGAN2)
    save("stylegan2.pkl", lambda path: write_stylegan2_tensorflow(path, state, baked, average))


def write_stylegan2_tensorflow(path, state, baked, average):
    size = STYLEGAN2["style_dim"]
    synthesis = {f"noise{i}": m[None, None] for i, m in enumerate(baked)}
    synthesis["4x4/Const/const"] = state["input.input"]

    def modulated(target, source, bias, flip=False, noise=True):
        weight = hwio(state[f"{source}.conv.weight"][0])
        synthesis[f"{target}/weight"] = weight[::-1, ::-1] if flip else weight
        synthesis[f"{target}/mod_weight"] = state[f"{source}.conv.modulation.weight"].T
        synthesis[f"{target}/mod_bias"] = state[f"{source}.conv.modulation.bias"] - 1
        if noise:
            synthesis[f"{target}/noise_strength"] = state[f"{source}.noise.weight"][0]
        synthesis[f"{target}/bias"] = state[f"{source}.{bias}"].flatten()

    modulated("4x4/Conv", "conv1", "activate.bias")
    modulated("4x4/ToRGB", "to_rgb1", "bias", noise=False)
    for i in range(4):
        name = f"{8 << i}x{8 << i}"
        modulated(f"{name}/Conv0_up", f"convs.{2 * i}", "activate.bias", flip=True)
        modulated(f"{name}/Conv1", f"convs.{2 * i + 1}", "activate.bias")
        modulated(f"{name}/ToRGB", f"to_rgbs.{i}", "bias", noise=False)
    mapping = {}
    for i in range(STYLEGAN2["n_mlp"]):
        mapping[f"Dense{i}/weight"] = state[f"style.{i + 1}.weight"].T
        mapping[f"Dense{i}/bias"] = state[f"style.{i + 1}.bias"]
    static = {"num_channels": 3, "resolution": 64, "label_size": 0, "latent_size": size, "dlatent_size": size,
              "mapping_fmaps": size, "mapping_layers": STYLEGAN2["n_mlp"]}
    top = {"lod": 0, "dlatent_avg": average}
    average = tensorflow_generator(4, "G_main", static, top, mapping, synthesis)
    training = tensorflow_network(4, "G", static, top, function="G_main")
    discriminator = tensorflow_network(4, "D", static, {}, function="D_stylegan2")
    path.write_bytes(pickle.dumps((training, discriminator, average), protocol=4))


# StyleGAN2-ADA.

ADA = {"z_dim": 20, "c_dim": 3, "w_dim": 24, "img_resolution": 64, "img_channels": 3,
       "mapping_kwargs": {"num_layers": 2},
       "synthesis_kwargs": {"channel_base": 512, "channel_max": 12, "num_fp16_res": 2, "conv_clamp": 1.5}}


def ada_rule(name):
    if name.startswith("mapping.embed"):
        return 0, 1
    if name.startswith("mapping."):
        return (0, 20) if name.endswith("bias") else (0, 100)
    return stylegan2_rule(name)


def ada(checkout):
    seed = 43
    networks, dumps = original.ada(checkout)
    generator = draw(networks.Generator(**ADA), seed, ada_rule).eval().requires_grad_(False)
    layers = [m for m in generator.synthesis.modules() if hasattr(m, "noise_const")]
    sides = [m.resolution for m in layers]
    for layer, m in zip(layers, baked_maps(seed, sides)):
        layer.noise_const.copy_(m)
    average = numbered(seed, 6, (ADA["w_dim"],)).float()
    generator.mapping.w_avg.copy_(average)
    discriminator = networks.Discriminator(
        c_dim=3, img_resolution=64, img_channels=3, channel_base=64, channel_max=2,
        epilogue_kwargs={"mbstd_group_size": None}).eval().requires_grad_(False)
    snapshot = {"training_set_kwargs": {"class_name": "training.dataset.ImageFolderDataset", "use_labels": True},
                "G": None, "D": discriminator, "G_ema": generator, "augment_pipe": None}
    save("stylegan2-ada.pkl", lambda path: path.write_bytes(dumps(snapshot)))

    double = copy.deepcopy(generator).double()
    w, maps = inputs(seed, generator.num_ws, ADA["w_dim"], sides)

    def render(w, maps):
        for layer, m in zip([m for m in double.synthesis.modules() if hasattr(m, "noise_const")], maps):
            layer.noise_const = m
        return ada_synthesis(double.synthesis, w[None])[0]

    tensors = record(render, seed, w, maps, zero=[0 * m for m in maps], baked=[m.double() for m in baked_maps(seed, sides)])
    z, labels = numbered(seed, Z_STREAM, (SAMPLES, ADA["z_dim"])), torch.eye(3)[torch.arange(SAMPLES) % 3]
    with torch.no_grad():
        tensors["mapped"] = generator.mapping(z.float(), labels)[:, 0].numpy().astype(np.float64)
    write("stylegan2-ada", tensors | {"average": average.numpy()}, ["ada"], seed=seed,
          about="StyleGAN2-ADA of 64 pixels with three classes and activations clamped at 1.5: picture and gradients for "
                "given noise, pictures without and with stored noise (every fifth pixel where a side is above 16); "
                "z of classes 0, 1, 2, 0, ... mapped (in single precision)",
          configuration=ADA)
    for architecture in ["resnet", "orig"]:
        declined = networks.Generator(
            z_dim=4, c_dim=0, w_dim=4, img_resolution=8, img_channels=3, mapping_kwargs={"num_layers": 1},
            synthesis_kwargs={"channel_base": 16, "channel_max": 2, "architecture": architecture})
        save(f"stylegan2-ada-{architecture}.pkl",
             lambda path: path.write_bytes(dumps({"G_ema": declined.eval().requires_grad_(False)})))


def ada_synthesis(synthesis, ws):
    """The network's own forward in double precision: it would cast the latents and the picture to single."""
    blocks = [getattr(synthesis, f"b{r}") for r in synthesis.block_resolutions]
    to, x, image, slot = torch.Tensor.to, None, None, 0
    try:
        torch.Tensor.to = lambda self, *a, **k: self if torch.float32 in [*a, *k.values()] else to(self, *a, **k)
        # The blocks assert the type that they cast to.
        float32, torch.float32 = torch.float32, torch.float64
        for block in blocks:
            count = block.num_conv + block.num_torgb
            x, image = block(x, image, ws[:, slot:slot + count], force_fp32=True, fused_modconv=True, noise_mode="const")
            slot += block.num_conv
        return image
    finally:
        torch.Tensor.to, torch.float32 = to, float32


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["stylegan1", "stylegan2", "ada"])
    parser.add_argument("checkout", type=Path)
    arguments = parser.parse_args()
    {"stylegan1": stylegan1, "stylegan2": stylegan2, "ada": ada}[arguments.network](arguments.checkout)
