"""Letting PyTorch take the code for an older processor, to learn how far the original is from itself.

Import this before torch: with `--rerun PROCESSOR` among the arguments, PyTorch, oneDNN and MKL are told to use no
newer instructions than that processor has. They read it when they are loaded.
"""

import os
import sys

import numpy as np

# PyTorch's name, oneDNN's and MKL's.
PROCESSORS = {"sse": ("default", "SSE41", "SSE4_2"), "avx2": ("avx2", "AVX2", "AVX2"),
              "avx512": ("avx512", "AVX512_CORE", "AVX512")}

if "--rerun" in sys.argv:
    settings = PROCESSORS[sys.argv[sys.argv.index("--rerun") + 1]]
    os.environ |= zip(["ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS"], settings)


def distance(a, b):
    """|a - b| / |b|."""
    return np.linalg.norm((a - b).astype(np.float64)) / np.linalg.norm(b.astype(np.float64))


def distances(tensors, recorded):
    """How far a rerun's first gradients are from those recorded: of z, then of noise maps 0 to 4."""
    names = ["dZ"] + [f"dNoise.{i}" for i in range(5)]
    return np.array([distance(tensors[n], recorded[n]) for n in names])
