"""Pictures in which an aligned face is, and pictures in which none is, for likeness.py. All are [N, 3, 64, 64] in 0…1."""

import numpy as np
import torch
import torch.nn.functional as F


def uniform(count, low, high, *shape):
    return low + (high - low) * torch.rand(count, *shape)


def grid(side):
    """Places in 0…1 along a row [1, 1, side] and down a column [1, side, 1]."""
    g = (torch.arange(side) + 0.5) / side
    return g[None, None], g[None, :, None]


def ellipse(side, x=0.5, y=0.53, across=0.33, down=0.42):
    """How far from the middle of an aligned face, where 1 is its edge, [side, side]."""
    columns, rows = grid(side)
    return (((columns[0] - x) / across) ** 2 + ((rows[0] - y) / down) ** 2).sqrt()


def moved(x, wide, high, angle, across, down, padding="reflection"):
    matrix = torch.zeros(len(x), 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = wide * angle.cos(), -high * angle.sin()
    matrix[:, 1, 0], matrix[:, 1, 1] = wide * angle.sin(), high * angle.cos()
    matrix[:, 0, 2], matrix[:, 1, 2] = across, down
    places = F.affine_grid(matrix, x.shape, align_corners=False)
    return F.grid_sample(x, places, padding_mode=padding, align_corners=False)


def clouds(count, channels, side, power):
    """Noise whose spectrum falls as frequency^−power, of mean 0 and deviation 1."""
    frequency = (torch.fft.fftfreq(side)[:, None] ** 2 + torch.fft.rfftfreq(side)[None] ** 2).sqrt()
    frequency[0, 0] = 1
    white = torch.fft.rfft2(torch.randn(count, channels, side, side))
    x = torch.fft.irfft2(white / frequency ** power[:, None, None, None], s=(side, side))
    x = x - x.mean((2, 3), keepdim=True)
    return x / x.std((2, 3), keepdim=True)


def photographed(x, grey=0.2):
    """In other light and colours."""
    n = len(x)
    gain, gamma = (0.35 * torch.randn(n, 1, 1, 1)).clamp(-1.1, 0.6).exp(), (0.25 * torch.randn(n, 1, 1, 1)).exp()
    x = x.clamp(1e-4, 1) ** gamma * gain * (1 + 0.08 * torch.randn(n, 3, 1, 1)) + 0.04 * torch.randn(n, 1, 1, 1)
    colour = torch.where(torch.rand(n, 1, 1, 1) < grey, torch.zeros(n, 1, 1, 1), uniform(n, 0.3, 1.4, 1, 1, 1))
    light = x.mean(1, keepdim=True)
    return (light + (x - light) * colour).clamp(0, 1)


def faces(x):
    """The generator's pictures with other backgrounds, some with hats and dark glasses, not quite in their places."""
    n, side = len(x), x.shape[-1]
    columns, rows = grid(side)
    outside = ((ellipse(side, 0.5, 0.52, 0.36, 0.46)[None] - 1 + 0.15 * torch.randn(n, 1, 1)) / 0.2).clamp(0, 1)[:, None]
    outside = outside * (torch.rand(n, 1, 1, 1) < 0.5)
    another, plain = x[torch.randperm(n)].flip(3), torch.rand(n, 3, 1, 1).expand_as(x)
    x = x * (1 - outside) + torch.where(torch.rand(n, 1, 1, 1) < 0.5, another, plain) * outside
    brim = uniform(n, 0.1, 0.3, 1, 1) + 0.4 * (columns - 0.5) ** 2 * torch.randn(n, 1, 1)
    hat = ((brim - rows) / 0.03).clamp(0, 1)[:, None] * (torch.rand(n, 1, 1, 1) < 0.15)
    x = x * (1 - hat) + (torch.rand(n, 3, 1, 1) + 0.08 * clouds(n, 3, side, uniform(n, 0.8, 2))).clamp(0, 1) * hat
    wide, high, level = uniform(n, 0.07, 0.11, 1, 1), uniform(n, 0.05, 0.085, 1, 1), uniform(n, 0.45, 0.49, 1, 1)
    lenses = [((columns - eye) / wide) ** 2 + ((rows - level) / high) ** 2 for eye in (0.38, 0.62)]
    glass = ((1.15 - torch.minimum(*lenses)) / 0.3).clamp(0, 1)[:, None] * (torch.rand(n, 1, 1, 1) < 0.1)
    glass = glass * uniform(n, 0.5, 1, 1, 1, 1)
    x = x * (1 - glass) + glass * uniform(n, 0, 0.25, 1, 1, 1)
    scales, places = 1 + 0.05 * torch.randn(2, n), 0.05 * torch.randn(2, n)
    x = moved(x, *scales, 0.05 * torch.randn(n), *places)
    return torch.where(torch.rand(n, 1, 1, 1) < 0.5, x.flip(3), x)


def upside_down(x):
    n = len(x)
    return moved(x.flip(2), uniform(n, 0.85, 1.15), uniform(n, 0.85, 1.15), 0.15 * torch.randn(n),
                 0.08 * torch.randn(n), 0.1 * torch.randn(n))


def turned(x):
    n = len(x)
    angle, scale = torch.where(torch.rand(n) < 0.5, 1.0, -1.0) * uniform(n, 0.7, 2.6), uniform(n, 0.6, 1.2)
    return moved(x, scale, scale, angle, 0.15 * torch.randn(n), 0.15 * torch.randn(n))


def elsewhere(x):
    n = len(x)
    angle, far, scale = torch.rand(n) * 6.28, uniform(n, 0.4, 1.3), uniform(n, 0.6, 1.4)
    return moved(x, scale, scale, 0.2 * torch.randn(n), far * angle.cos(), far * angle.sin(),
                 ["reflection", "border"][np.random.randint(2)])


def near_or_far(x):
    n = len(x)
    scale = torch.where(torch.rand(n) < 0.6, uniform(n, 0.12, 0.55), uniform(n, 1.7, 3.5))
    return moved(x, scale * (0.2 * torch.randn(n)).exp(), scale, 0.4 * torch.randn(n), 0.3 * torch.randn(n),
                 0.3 * torch.randn(n))


def stretched(x):
    n = len(x)
    ratio = uniform(n, 0.35, 0.8) * torch.where(torch.rand(n) < 0.5, 1.0, -1.0)
    return moved(x, (ratio / 2).exp(), (-ratio / 2).exp(), 0.05 * torch.randn(n), 0.05 * torch.randn(n),
                 0.08 * torch.randn(n))


def shuffled(x):
    n, side, parts = len(x), x.shape[-1], int(np.random.choice([2, 2, 3, 4, 8]))
    edge = side // parts
    x = x[..., : edge * parts, : edge * parts].reshape(n, 3, parts, edge, parts, edge).permute(0, 2, 4, 1, 3, 5)
    x = x.reshape(n, parts**2, 3, edge, edge)
    order = torch.argsort(torch.rand(n, parts**2), 1)[:, :, None, None, None]
    x = x.gather(1, order.expand_as(x)).reshape(n, parts, parts, 3, edge, edge).permute(0, 3, 1, 4, 2, 5)
    x = x.reshape(n, 3, edge * parts, edge * parts)
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def rolled(x):
    side = x.shape[-1]
    return x.roll(int(np.random.randint(side // 4, 3 * side // 4)), 2 + int(np.random.rand() < 0.4))


def covered(x):
    """A patch of skin or of another picture, plain or with fingers, before eyes, nose and mouth."""
    n = len(x)
    columns, rows = grid(x.shape[-1])
    source = x[torch.randperm(n)] if np.random.rand() < 0.4 else x
    patch = moved(source, uniform(n, 0.08, 0.35), uniform(n, 0.08, 0.5), 0.35 * torch.randn(n),
                  uniform(n, -0.45, 0.45), uniform(n, -0.5, 0.6))
    centre_x, centre_y = uniform(n, 0.35, 0.65, 1, 1), uniform(n, 0.45, 0.7, 1, 1)
    wide, high, power = uniform(n, 0.24, 0.5, 1, 1), uniform(n, 0.28, 0.55, 1, 1), float(np.random.choice([2, 4, 8]))
    distance = ((columns - centre_x).abs() / wide) ** power + ((rows - centre_y).abs() / high) ** power
    cover = ((1.1 - distance) / 0.2).clamp(0, 1)[:, None]
    wave = torch.sin(columns[None] * uniform(n, 20, 60, 1, 1, 1) + 6.28 * torch.rand(n, 1, 1, 1))
    fingers = 1 + 0.12 * wave * (torch.rand(n, 1, 1, 1) < 0.6)
    return x * (1 - cover) + patch * cover * fingers * uniform(n, 0.7, 1.15, 1, 1, 1)


def half(x):
    """One side of a face before a ground: as much of a profile as a picture from the front holds."""
    n = len(x)
    columns, rows = grid(x.shape[-1])
    x, scale = torch.where(torch.rand(n, 1, 1, 1) < 0.5, x, x.flip(3)), uniform(n, 0.8, 1.25)
    face = moved(x, scale * uniform(n, 0.8, 1.3), scale, 0.15 * torch.randn(n), uniform(n, -0.1, 0.35),
                 0.1 * torch.randn(n))
    outline = 0.05 * torch.sin(rows * uniform(n, 10, 25, 1, 1) + 6 * torch.rand(n, 1, 1))
    cover = ((columns - uniform(n, 0.45, 0.68, 1, 1) - outline) / 0.04).clamp(0, 1)[:, None]
    corner = moved(x.flip(3), uniform(n, 0.2, 0.5), uniform(n, 0.2, 0.5), torch.zeros(n), torch.full((n,), 0.8),
                   torch.full((n,), -0.8))
    ground = torch.where(torch.rand(n, 1, 1, 1) < 0.6, torch.rand(n, 3, 1, 1).expand_as(x), corner)
    return face * (1 - cover) + ground * cover


def other_phases(x):
    n, side, mean = len(x), x.shape[-1], x.mean((2, 3), keepdim=True)
    phase = torch.fft.rfft2(torch.randn(n, 1, side, side))
    amplitude = torch.fft.rfft2(x - mean).abs()
    return torch.fft.irfft2(amplitude * phase / phase.abs().clamp(min=1e-6), s=(side, side)) + mean


def noise(x):
    n, side = len(x), x.shape[-1]
    colour, grey = clouds(n, 3, side, uniform(n, 0, 2.2)), clouds(n, 1, side, uniform(n, 0, 2.2))
    pattern = torch.where(torch.rand(n, 1, 1, 1) < 0.6, grey.expand_as(colour), 0.6 * colour + 0.6 * grey)
    pattern = torch.where(torch.rand(n, 1, 1, 1) < 0.4, 0.7 * (pattern + pattern.flip(3)), pattern)
    return torch.rand(n, 3, 1, 1) + pattern * uniform(n, 0.01, 0.35, 1, 1, 1)


def symmetrical(x):
    """A face's symmetry without its parts."""
    n = len(x)
    x = moved(x, uniform(n, 0.15, 1.2), uniform(n, 0.15, 1.2), torch.rand(n) * 6.28, uniform(n, -0.7, 0.7),
              uniform(n, -0.7, 0.7))
    left = x[..., : x.shape[-1] // 2]
    return torch.cat([left, left.flip(3)], 3)


def drawn(x):
    """Stripes, checks, ramps, discs, halves and blots in two colours."""
    n, side = len(x), x.shape[-1]
    columns, rows = grid(side)
    angle, frequency = torch.rand(n, 1, 1) * 6.28, uniform(n, 3, 60, 1, 1)
    u, v = columns * angle.cos() + rows * angle.sin(), -columns * angle.sin() + rows * angle.cos()
    radius = [uniform(n, 0.1, 0.5, 1, 1) for _ in range(2)]
    disc = ((columns - uniform(n, 0.3, 0.7, 1, 1)) / radius[0]) ** 2 + ((rows - uniform(n, 0.3, 0.7, 1, 1)) / radius[1]) ** 2
    patterns = torch.stack([
        ((torch.sin(u * frequency + frequency) * 8).clamp(-1, 1) + 1) / 2,
        ((torch.sin(u * frequency) * torch.sin(v * frequency) * 8).clamp(-1, 1) + 1) / 2,
        u * 0.7 + 0.2, ((1 - disc) * 5).clamp(0, 1), (v * 40).clamp(0, 1),
        0.5 * (clouds(n, 1, side, uniform(n, 1, 1.5))[:, 0] > uniform(n, -1, 1, 1, 1))], 1)
    share = patterns[torch.arange(n), torch.randint(0, 6, (n,))][:, None]
    grain = 0.05 * torch.rand(n, 1, 1, 1) * torch.randn(n, 3, side, side)
    return torch.rand(n, 3, 1, 1) * (1 - share) + torch.rand(n, 3, 1, 1) * share + grain


def negative(x):
    return 1 - x


def things(x):
    """Many overlapping spots and boxes, symmetrical or not."""
    n, side = len(x), x.shape[-1]
    columns, rows = grid(side)
    mirrored = torch.rand(n, 1, 1) < 0.4
    columns = torch.where(mirrored, 0.5 - (columns - 0.5).abs(), columns.expand(n, 1, side))
    result = torch.rand(n, 3, 1, 1).expand_as(x)
    for _ in range(np.random.randint(4, 40)):
        radius, ratio = 0.5 / (1 + 9 * torch.rand(n, 1, 1)), uniform(n, 0.5, 2, 1, 1)
        across = torch.rand(n, 1, 1) * torch.where(mirrored, 0.55, 1.0)
        distance = ((columns - across) / (radius * ratio)).abs() ** 3 + ((rows - torch.rand(n, 1, 1)) * ratio / radius).abs() ** 3
        share = ((1 - distance) * 6).clamp(0, 1)[:, None]
        result = result * (1 - share) + share * torch.rand(n, 3, 1, 1)
    grey = result.mean(1, keepdim=True).expand_as(result)
    return torch.where(torch.rand(n, 1, 1, 1) < 0.3, grey, result) + 0.04 * clouds(n, 3, side, uniform(n, 0.5, 1.5))


def bent(x):
    """The parts of a face in other places."""
    n, side = len(x), x.shape[-1]
    field = F.interpolate(torch.randn(n, 2, 4, 4), size=(side, side), mode="bicubic", align_corners=False)
    still = F.affine_grid(torch.eye(2, 3)[None].expand(n, 2, 3), x.shape, align_corners=False)
    places = still + 2 * field.permute(0, 2, 3, 1) * uniform(n, 0.12, 0.3, 1, 1, 1)
    return F.grid_sample(x, places, padding_mode="reflection", align_corners=False)


KINDS = (upside_down, turned, elsewhere, near_or_far, stretched, shuffled, rolled, covered, half, other_phases, noise,
         symmetrical, drawn, negative, things, bent)


def others(x):
    """One kind or another of each picture."""
    kinds, result = torch.randint(0, len(KINDS), (len(x),)), x.clone()
    for number, kind in enumerate(KINDS):
        of_it = kinds == number
        if of_it.any():
            result[of_it] = kind(x[of_it])
    return result
