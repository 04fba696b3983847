"""Small files that the tests of the Checkpoints target read, made by other programs than the project.

    python checkpoint_files.py      writes Tests/CheckpointsTests/Goldens/*

`types.safetensors` is the reference implementation's own writing; the archives are Python's.
"""

import io
import warnings
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/CheckpointsTests/Goldens"
EPOCH = (2020, 1, 1, 0, 0, 0)


def types():
    """One tensor of each type with the same numbers, exact in all of them, and the edges of half precision."""
    numbers = torch.tensor([[0.0, 1.0, 2.0], [3.0, 64.0, 127.0]])
    halves = torch.tensor([0.0, -0.0, 2.0**-24, -(2.0**-14), 65504.0, 1.0009765625, float("inf")])
    tensors = {
        "float64": numbers.double() + 2.0**-40, "float32": numbers, "float16": numbers.half(),
        "bfloat16": numbers.bfloat16(), "int64": numbers.long(), "int32": numbers.int(),
        "int16": numbers.short(), "int8": numbers.to(torch.int8), "uint8": numbers.to(torch.uint8),
        "bool": torch.tensor([True, False]), "float8": numbers.to(torch.float8_e4m3fn),
        "large": torch.tensor([2**60 + 1]), "halves": halves.half(), "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }
    save_file(tensors, GOLDENS / "types.safetensors", metadata={"note": "tab\tquote\" ünï \\ 😀", "empty": ""})


def archive(name, entries):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the duplicate name is meant
        with zipfile.ZipFile(GOLDENS / name, "w") as file:
            for entry, content, method in entries:
                file.writestr(zipfile.ZipInfo(entry, EPOCH), content, method)


def encrypted():
    """An archive whose entry claims to be encrypted: bit 0 of the flags in both of its headers."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo("secret", EPOCH), b"0123456789abcdef", zipfile.ZIP_STORED)
    data = bytearray(buffer.getvalue())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (GOLDENS / "encrypted.zip").write_bytes(data)


def main():
    GOLDENS.mkdir(parents=True, exist_ok=True)
    types()
    text = "\n".join(str(n) for n in range(300)).encode()
    archive("plain.zip", [
        ("folder/", b"", zipfile.ZIP_STORED), ("folder/stored.txt", b"stored", zipfile.ZIP_STORED),
        ("folder/deflated.txt", text, zipfile.ZIP_DEFLATED), ("empty", b"", zipfile.ZIP_STORED)])
    archive("bomb.zip", [("zeros", bytes(1 << 20), zipfile.ZIP_DEFLATED)])
    archive("duplicate.zip", [("same", b"one", zipfile.ZIP_STORED), ("same", b"two", zipfile.ZIP_STORED)])
    archive("lzma.zip", [("rare", text, zipfile.ZIP_LZMA)])
    encrypted()
    for path in sorted(GOLDENS.iterdir()):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
