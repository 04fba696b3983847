"""One matrix product, when told, in PyTorch or else in NumPy: what other people's BLAS does on this machine.

    python blas_peer.py THREADS
"""

import functools
import sys

from protocol import serve

try:
    import torch
except ImportError:
    torch = None
import numpy as np


@functools.cache
def operands(m, k, n):
    random = np.random.default_rng(0)
    arrays = (random.standard_normal((m, k), np.float32), random.standard_normal((k, n), np.float32),
              np.zeros((m, n), np.float32))
    return tuple(map(torch.from_numpy, arrays)) if torch else arrays


def gemm(m, k, n):
    a, b, c = operands(m, k, n)
    (torch.mm if torch else np.matmul)(a, b, out=c)


if torch:
    torch.set_num_threads(int(sys.argv[1]))
serve(f"PyTorch {torch.__version__}" if torch else f"NumPy {np.__version__}", {"gemm": gemm})
