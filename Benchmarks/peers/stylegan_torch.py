"""StyleGAN and StyleGAN2 in PyTorch, with random weights of the full size: time does not depend on the weights.

Both run the operations that the published PyTorch networks run. StyleGAN as in PULSE: nearest upsampling and a
convolution below 128 pixels, a transposed convolution from there on, a blur as a grouped convolution, instance
norm, style. StyleGAN2 in its published form: the style is multiplied into the weights of every layer.
"""

import torch
import torch.nn.functional as F

SIDES = [4 << i for i in range(9)]


def parameters(*shape, memory_format=None):
    tensor = torch.randn(shape)
    return tensor.contiguous(memory_format=memory_format) if memory_format and tensor.ndim == 4 else tensor


class StyleGAN1:
    """PULSE's generator at 1024×1024: 18 latents, 18 noise maps."""

    channels = [512, 512, 512, 512, 256, 128, 64, 32, 16]

    def __init__(self, memory_format=torch.contiguous_format):
        def layer(inputs, outputs, upsamples, side):
            weight = parameters(outputs, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5
            if upsamples and side >= 128:  # the four shifts of the kernel, as a transposed convolution wants them
                padded = F.pad(weight.transpose(0, 1), [1, 1, 1, 1])
                weight = padded[..., 1:, 1:] + padded[..., :-1, 1:] + padded[..., 1:, :-1] + padded[..., :-1, :-1]
            return {"weight": weight.contiguous(memory_format=memory_format), "bias": torch.randn(1, outputs, 1, 1),
                    "upsamples": upsamples, "side": side} | self.epilogue_of(outputs)

        self.constant = parameters(1, self.channels[0], 4, 4, memory_format=memory_format)
        self.first = self.epilogue_of(self.channels[0])
        self.layers = [layer(512, 512, False, 4)]
        for inputs, outputs, side in zip(self.channels, self.channels[1:], SIDES[1:]):
            self.layers += [layer(inputs, outputs, True, side), layer(outputs, outputs, False, side)]
        self.rgb = torch.randn(3, self.channels[-1], 1, 1) / self.channels[-1] ** 0.5
        kernel = torch.tensor([1.0, 2, 1])
        self.blurs = {c: (kernel[:, None] * kernel / 16).expand(c, 1, 3, 3).contiguous() for c in set(self.channels)}
        self.rows = 18
        self.baked = [torch.randn(1, 1, side, side) for side in SIDES for _ in (1, 2)]

    def epilogue_of(self, channels):
        return {"strength": torch.randn(1, channels, 1, 1), "style": torch.randn(2 * channels, 512) / 512 ** 0.5,
                "styleBias": torch.randn(2 * channels)}

    def epilogue(self, layer, x, noise, w):
        x = F.instance_norm(F.leaky_relu(x + layer["strength"] * noise, 0.2))
        style = F.linear(w, layer["style"], layer["styleBias"]).reshape(2, 1, -1, 1, 1)
        return x * (style[0] + 1) + style[1]

    def __call__(self, w, noise=None):
        noise = [n if n is not None else b for n, b in zip(noise or [None] * 18, self.baked)]
        x = self.epilogue(self.first, self.constant, noise[0], w[0])
        for i, layer in enumerate(self.layers, 1):
            if not layer["upsamples"]:
                x = F.conv2d(x, layer["weight"], padding=1)
            elif layer["side"] < 128:
                x = F.conv2d(F.interpolate(x, scale_factor=2), layer["weight"], padding=1)
            else:
                x = F.conv_transpose2d(x, layer["weight"], stride=2, padding=1)
            if layer["upsamples"]:
                x = F.conv2d(x, self.blurs[x.shape[1]], padding=1, groups=x.shape[1])
            x = self.epilogue(layer, x + layer["bias"], noise[i], w[i])
        return F.conv2d(x, self.rgb)


class StyleGAN2:
    """Config-f at 1024×1024: 18 latents, 17 noise maps."""

    channels = [512, 512, 512, 512, 512, 256, 128, 64, 32]

    def __init__(self, memory_format=torch.contiguous_format):
        def styled(inputs, outputs, size):
            return {"weight": parameters(outputs, inputs, size, size, memory_format=memory_format) / (size * size * inputs) ** 0.5,
                    "bias": torch.randn(1, outputs, 1, 1), "style": torch.randn(inputs, 512) / 512 ** 0.5,
                    "styleBias": torch.ones(inputs), "strength": torch.randn(1)}

        self.constant = parameters(1, self.channels[0], 4, 4, memory_format=memory_format)
        self.blocks = [(None, styled(512, 512, 3), styled(512, 3, 1))]
        for inputs, outputs in zip(self.channels, self.channels[1:]):
            self.blocks.append((styled(inputs, outputs, 3), styled(outputs, outputs, 3), styled(outputs, 3, 1)))
        kernel = torch.tensor([1.0, 3, 3, 1])
        kernel = kernel[:, None] * kernel / 16
        self.filters = {c: kernel.expand(c, 1, 4, 4).contiguous() for c in set(self.channels) | {3}}
        self.rows = 18
        self.baked = [torch.randn(1, 1, 4, 4)] + [torch.randn(1, 1, side, side) for side in SIDES[1:] for _ in (1, 2)]

    def modulated(self, layer, w, demodulates=True):
        weight = layer["weight"] * F.linear(w, layer["style"], layer["styleBias"]).reshape(1, -1, 1, 1)
        if demodulates:
            weight = weight * (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).rsqrt()
        return weight

    def layer(self, layer, x, w, noise, upsamples):
        weight = self.modulated(layer, w)
        if upsamples:
            x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
            x = F.conv2d(F.pad(x, [1, 1, 1, 1]), self.filters[x.shape[1]], groups=x.shape[1])
        else:
            x = F.conv2d(x, weight, padding=1)
        return F.leaky_relu(x + layer["strength"] * noise + layer["bias"], 0.2) * 2 ** 0.5

    def upsampled(self, rgb):
        """Zeros between the pixels, then the filter."""
        _, channels, height, width = rgb.shape
        spread = F.pad(rgb.reshape(1, channels, height, 1, width, 1), [0, 1, 0, 0, 0, 1])
        spread = spread.reshape(1, channels, 2 * height, 2 * width)
        return F.conv2d(F.pad(spread, [2, 1, 2, 1]), self.filters[3], groups=3)

    def __call__(self, w, noise=None):
        noise = iter([n if n is not None else b for n, b in zip(noise or [None] * 17, self.baked)])
        x, rgb = self.constant, None
        for i, (first, second, to_rgb) in enumerate(self.blocks):
            if first:
                x = self.layer(first, x, w[2 * i - 1], next(noise), True)
            x = self.layer(second, x, w[2 * i], next(noise), False)
            added = F.conv2d(x, self.modulated(to_rgb, w[2 * i + 1], False)) + to_rgb["bias"]
            rgb = added if rgb is None else self.upsampled(rgb) + added
        return rgb
