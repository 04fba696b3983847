"""One search step and one forward pass in PyTorch eager (or compiled), when told.

    python torch_peer.py MODEL.safetensors THREADS SIDE contiguous|channels_last|compile
"""

import sys

import torch

from mobilestylegan_torch import MobileStyleGAN, downscale_matrix, read_safetensors
from protocol import serve


def main():
    path, threads, side, layout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    tensors, _ = read_safetensors(path)
    layout_of = {"channels_last": torch.channels_last}.get(layout, torch.contiguous_format)
    generator = MobileStyleGAN(tensors, layout_of)
    matrix = downscale_matrix(side)
    target = torch.full((3, side, side), 0.5)
    w = torch.randn(2 * generator.blocks + 2, 512).mul_(0.4).requires_grad_(True)
    trained = [torch.randn_like(m).requires_grad_(True) for m in generator.baked[:5]]
    maps = trained + [None] * (len(generator.baked) - 5)

    def loss():
        image = (generator(w, maps)[0] + 1) / 2
        l2 = (matrix @ image @ matrix.T - target).square().mean()
        a = torch.sqrt((w[:, None] - w[None]).square().sum(-1) + 1e-9)
        b = torch.sqrt((w[:, None] + w[None]).square().sum(-1) + 1e-9)
        cross = 64 / len(w) ** 2 * (2 * torch.atan2(a, b)).square().sum()
        return 100 * l2.clamp(min=2e-3) + 0.05 * cross

    render = generator
    if layout == "compile":
        loss = torch.compile(loss)
        render = torch.compile(generator.__call__)

    def step():
        torch.autograd.grad(loss(), [w, *trained])

    def forward():
        with torch.no_grad():
            render(w)

    serve(f"PyTorch {torch.__version__} {layout}, {torch.backends.cpu.get_cpu_capability()}",
          {"step": step, "forward": forward})


main()
