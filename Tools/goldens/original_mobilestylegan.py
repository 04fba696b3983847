"""The original MobileStyleGAN synthesis network, imported from a checkout of MobileStyleGAN.pytorch.

Its modules are imported as they are, except that `pytorch_wavelets` is replaced by the inverse Haar transform
below (transposed convolutions, as the exported graph has them), and the package's own `__init__` is passed by,
which would compile CUDA code.
"""

import sys
import types
from pathlib import Path

import torch
import torch.nn.functional as F


class Wavelet:
    """The Haar wavelet under the name the original asks for."""

    def __init__(self, name):
        assert name == "db1"
        self.rec_lo = [0.5**0.5, 0.5**0.5]
        self.rec_hi = [0.5**0.5, -(0.5**0.5)]


def prep_filt_sfb2d(g0_col, g1_col, g0_row, g1_row):
    return [torch.tensor(g, dtype=torch.get_default_dtype()).reshape(1, 1, *shape)
            for g, shape in ((g0_col, (2, 1)), (g1_col, (2, 1)), (g0_row, (1, 2)), (g1_row, (1, 2)))]


def upsample_bands(low, high, g_low, g_high):
    """Σ over the two bands of a transposed convolution of stride 2 along the filters' long axis."""
    stride = (2, 1) if g_low.shape[2] == 2 else (1, 2)
    channels = low.shape[1]
    return sum(F.conv_transpose2d(band, g.expand(channels, -1, -1, -1), stride=stride, groups=channels)
               for band, g in ((low, g_low), (high, g_high)))


def inverse_haar(low, highs, g0_col, g1_col, g0_row, g1_row):
    """low [N,C,H,W] and highs [N,C,3,H,W] to [N,C,2H,2W]."""
    rows, columns, both = torch.unbind(highs, dim=2)
    left = upsample_bands(low, rows, g0_col, g1_col)
    right = upsample_bands(columns, both, g0_col, g1_col)
    return upsample_bands(left, right, g0_row, g1_row)


class SFB2D:
    @staticmethod
    def apply(low, highs, g0_col, g1_col, g0_row, g1_row, mode):
        return inverse_haar(low, highs, g0_col, g1_col, g0_row, g1_row)


def _module(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


def synthesis_network_class(checkout):
    """The class MobileSynthesisNetwork of the checkout at that path."""
    models = Path(checkout) / "core/models"
    assert (models / "mobile_synthesis_network.py").exists(), f"{checkout} is not MobileStyleGAN.pytorch"
    _module("pytorch_wavelets")
    _module("pytorch_wavelets.dwt")
    _module(
        "pytorch_wavelets.dwt.lowlevel", pywt=types.SimpleNamespace(Wavelet=Wavelet), SFB2D=SFB2D,
        prep_filt_sfb2d=prep_filt_sfb2d, mode_to_int=lambda mode: mode, int_to_mode=lambda mode: mode, sfb1d=None)
    _module("core").__path__ = [str(Path(checkout) / "core")]
    _module("core.models").__path__ = [str(models)]
    from core.models.mobile_synthesis_network import MobileSynthesisNetwork
    return MobileSynthesisNetwork


def folded(state):
    """A state dictionary with each layer's constant demodulation multiplied into its weight.

    The factor is 1/√(Σ (scale·style_inv·W)² + 1e-8) for each output channel; `style_inv` disappears.
    """
    result = dict(state)
    for name in [n for n in state if n.endswith("style_inv")]:
        prefix = name.removesuffix("style_inv")
        style = result.pop(name)
        if prefix + "weight_permute" in state:
            target = prefix + "weight_permute"
            whole = state[prefix + "weight_dw"].transpose(0, 1) * state[target]
        else:
            target = prefix + "weight"
            whole = state[target]
        scale = whole[0].numel() ** -0.5
        factor = torch.rsqrt((scale * style[0] * whole).pow(2).sum([1, 2, 3]) + 1e-8)
        result[target] = state[target] * factor.view(-1, 1, 1, 1)
    return result


def build(checkout, state, channels, style_dim):
    """The original network on folded weights: state dictionary entries without the `noise.noise` maps."""
    network = synthesis_network_class(checkout)(style_dim=style_dim, channels=channels)
    for module in network.modules():
        if hasattr(module, "demodulate"):
            module.demodulate = False
            if hasattr(module, "style_inv"):
                del module.style_inv
    wanted = network.state_dict()
    unused = {n for n in wanted if n not in state}
    # Heads that the exported graph lost; the network still computes them, nothing reads them.
    assert all(".to_img." in f".{n}" or n.startswith("to_img1") or n == "device_info" or "idwt" in n for n in unused), unused
    loaded = {n: state[n].reshape(wanted[n].shape) if n in state else wanted[n] for n in wanted}
    network.load_state_dict(loaded)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network.eval()


def noise_names(channels):
    return ["conv1"] + [f"layers.{i}.conv{j}" for i in range(len(channels) - 1) for j in (1, 2)]


def noise_sides(channels):
    return [4] + [8 << i for i in range(len(channels) - 1) for _ in (1, 2)]


def live_slots(channels):
    blocks = len(channels) - 1
    return [0] + [3 * i + j for i in range(blocks) for j in (1, 2)] + [3 * blocks]


def render(network, w_slots, maps):
    """w_slots [N, L, styleDim] for all L slots, maps a list of [side, side]; the picture [N, 3, S, S]."""
    grouped = [maps[0][None, None]]
    for first, second in zip(maps[1::2], maps[2::2]):
        grouped.append(torch.stack([first, second])[:, None])
    return network(w_slots, noise=grouped)["img"]
