"""Pictures of the default generator with their latents, for train.py.

    python3 pairs.py FOLDER CHUNKS     CHUNKS files of 200 pairs each: w [200, 512], small [200, 64, 64, 3]

The pictures come from PulseBench at the end of a pipe; a chunk that is there already is left alone.
"""

import argparse
import subprocess
from pathlib import Path

import numpy as np

from model_file import BENCH, MODEL, ModelFile

CHUNK = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("chunks", type=int)
    parser.add_argument("--threads", default="2")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    model = ModelFile()
    noise = b"".join(model.tensor(name).tobytes() for name in model.names if name.endswith("noise.noise"))
    pipe = subprocess.Popen([BENCH, "generator", MODEL, arguments.threads], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for chunk in range(arguments.chunks):
        path = arguments.folder / f"{chunk:04d}.npz"
        if path.exists():
            continue
        w = model.map(np.random.default_rng(1000 + chunk).standard_normal((CHUNK, 512)).astype("f4"))
        small = np.empty((CHUNK, 64, 64, 3), "u1")
        for i in range(CHUNK):
            pipe.stdin.write(b"f" + np.repeat(w[i : i + 1], 16, 0).tobytes() + noise)
            pipe.stdin.flush()
            picture = np.frombuffer(pipe.stdout.read(3 * 1024 * 1024 * 4), "f4").reshape(3, 64, 16, 64, 16)
            small[i] = ((picture.clip(-1, 1).mean((2, 4)) + 1) * 127.5).round().transpose(1, 2, 0)
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, w=w, small=small)
        unfinished.rename(path)
        print(f"{chunk + 1} of {arguments.chunks}", flush=True)


if __name__ == "__main__":
    main()
