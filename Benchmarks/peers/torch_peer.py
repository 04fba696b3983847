"""Generator passes and steps of PULSE's search in PyTorch eager (or compiled), when told.

    python torch_peer.py MODEL.safetensors|random-stylegan1-1024|random-stylegan2-1024 THREADS SIDE \
        contiguous|channels_last|compile
"""

import sys

import torch
import torch.nn.functional as F

from mobilestylegan_torch import MobileStyleGAN, downscale_matrix, read_safetensors
from protocol import serve
from stylegan_torch import StyleGAN1, StyleGAN2

RANDOM = {"random-stylegan1-1024": StyleGAN1, "random-stylegan2-1024": StyleGAN2}


class Search:
    """PULSE: z and five noise maps, each on its sphere; w = LReLU(σ z + μ); 100·L2 + 0.05·GEOCROSS; Adam."""

    def __init__(self, generator, mean, deviation, side, transform):
        self.generator, self.mean, self.deviation = generator, mean, deviation
        self.matrix = downscale_matrix(side)
        self.target = torch.full((3, side, side), 0.5)
        self.z = torch.randn(generator.rows, 512).requires_grad_(True)
        self.noise = [torch.randn_like(m).requires_grad_(True) for m in generator.baked[:5]]
        self.parameters = [self.z, *self.noise]
        self.radii = [self.radius(p) for p in self.parameters]
        self.adam = torch.optim.Adam(self.parameters, lr=0.4)
        self.loss = transform(self.eager_loss)

    def radius(self, parameter):
        axis = -1 if parameter is self.z else (-2, -1)
        return (parameter.detach().square().sum(axis, keepdim=True) + 1e-9).sqrt()

    def maps(self):
        return self.noise + [None] * (len(self.generator.baked) - len(self.noise))

    def latents(self):
        return F.leaky_relu(self.z * self.deviation + self.mean, 0.2)

    def eager_loss(self):
        w = self.latents()
        image = (self.generator(w, self.maps())[0] + 1) / 2
        l2 = (self.matrix @ image @ self.matrix.T - self.target).square().mean()
        a = torch.sqrt((w[:, None] - w[None]).square().sum(-1) + 1e-9)
        b = torch.sqrt((w[:, None] + w[None]).square().sum(-1) + 1e-9)
        cross = 64 / len(w) ** 2 * (2 * torch.atan2(a, b)).square().sum()
        return 100 * l2 + 0.05 * cross

    def step(self):
        self.adam.zero_grad(set_to_none=True)
        self.loss().backward()
        self.adam.step()
        with torch.no_grad():
            for parameter, radius in zip(self.parameters, self.radii):
                parameter.mul_(radius / self.radius(parameter))


def main():
    path, threads, side, layout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layout_of = {"channels_last": torch.channels_last}.get(layout, torch.contiguous_format)
    if path in RANDOM:
        generator, mean, deviation = RANDOM[path](layout_of), torch.zeros(512), torch.ones(512)
    else:
        tensors, _ = read_safetensors(path)
        generator, mean, deviation = MobileStyleGAN(tensors, layout_of), tensors["latent.mean"], tensors["latent.std"]
    transform = torch.compile if layout == "compile" else lambda function: function
    render = transform(generator.__call__)
    search = Search(generator, mean, deviation, side, transform)
    w = torch.randn(generator.rows, 512).mul_(0.4).requires_grad_(True)
    d_image = torch.randn(1, 3, 1024, 1024).mul_(1e-3)

    def both():
        torch.autograd.grad(render(w, search.maps()), [w, *search.noise], d_image)

    def forward():
        with torch.no_grad():
            render(w, search.maps())

    serve(f"PyTorch {torch.__version__} {layout}, {torch.backends.cpu.get_cpu_capability()}",
          {"step": search.step, "both": both, "forward": forward})


main()
