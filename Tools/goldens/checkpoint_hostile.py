#!/usr/bin/env python3
"""Files that try to run something, or to take all memory or time: Tests/CheckpointsTests/Goldens/hostile.

`hostile.json` says for each what its refusal must mention. The commands in them would only write a file named
`a-checkpoint-ran-this`; the tests look for it.
"""

import builtins
import functools
import io
import json
import os
import pickle
import pickletools
import struct
import subprocess
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parents[2] / "Tests/CheckpointsTests/Goldens/hostile"
COMMAND = "touch a-checkpoint-ran-this"
EPOCH = (2020, 1, 1, 0, 0, 0)
EXPECTED = {}


def put(name, data, mention):
    (FOLDER / name).write_bytes(data)
    EXPECTED[name] = mention


class Call:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments, state=None):
        self.function, self.arguments, self.state = function, arguments, state

    def __reduce__(self):
        return (self.function, self.arguments) + ((self.state,) if self.state is not None else ())


# A small assembler: what Python's own pickler would never write.


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def program(*parts):
    return b"\x80\x02" + b"".join(parts) + b"."


def call(module, attribute, *arguments):
    return name(module, attribute) + tuple_of(*arguments) + b"R"


def entry(path, content, method=zipfile.ZIP_STORED):
    return path, content, method


def archive(*entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for path, content, method in entries:
            file.writestr(zipfile.ZipInfo(path, EPOCH), content, method)
    return buffer.getvalue()


def torch_archive(pickled, *more):
    return archive(entry("archive/data.pkl", pickled), entry("archive/version", b"3\n"), *more)


def that_run_something():
    reductions = {
        "os_system": (Call(os.system, COMMAND), "posix.system"),
        "eval": (Call(builtins.eval, f"__import__('os').system('{COMMAND}')"), "builtins.eval"),
        "exec": (Call(builtins.exec, f"import os; os.system('{COMMAND}')"), "builtins.exec"),
        "getattr": (Call(builtins.getattr, 1, "real"), "builtins.getattr"),
        "popen": (Call(subprocess.Popen, COMMAND.split()), "subprocess.Popen"),
        "partial": (Call(functools.partial, os.system, COMMAND), "functools.partial"),
        "loads": (Call(pickle.loads, pickle.dumps(Call(os.system, COMMAND))), "_pickle.loads"),
    }
    for key, (value, mention) in reductions.items():
        for protocol in (0, 2, 4):
            data = pickle.dumps(value, protocol=protocol)
            # Older protocols write the names that Python 2 had.
            named = [argument for opcode, argument, _ in pickletools.genops(data) if opcode.name == "GLOBAL"]
            put(f"{key}_{protocol}.pkl", data, named[0].replace(" ", ".") if named else mention)
    among = OrderedDict(mean=torch.zeros(2), harmless=Call(os.system, COMMAND))
    for file, zipped in [("among_tensors.pt", True), ("among_tensors_legacy.pt", False)]:
        buffer = io.BytesIO()
        torch.save(among, buffer, _use_new_zipfile_serialization=zipped)
        put(file, buffer.getvalue(), "posix.system")
    raw = {
        "classic": (f"cos\nsystem\n(S'{COMMAND}'\ntR.".encode(), "os.system"),
        "instance": (f"(S'{COMMAND}'\nios\nsystem\n.".encode(), "os.system"),
        "object": (b"(" + name("os", "system") + text(COMMAND) + b"o.", "os.system"),
        "new_object": (program(name("os", "system"), tuple_of(text(COMMAND)), b"\x81"), "os.system"),
        "dotted": (
            b"\x80\x04" + text("collections") + text("OrderedDict.__init__.__globals__") + b"\x93.",
            "collections.OrderedDict.__init__.__globals__"),
        "call_of_a_call": (program(call("collections", "OrderedDict"), tuple_of(), b"R"), "a name to call"),
        "extension": (program(b"\x82\x01"), "0x82"),
        "out_of_band": (b"\x80\x05\x97.", "0x97"),
        "control_characters": (program(b"c\x1b[2J\x07evil\nname\n"), "?[2J?evil.name"),
    }
    for key, (data, mention) in raw.items():
        put(f"{key}.pkl", data, mention)
    # Inside the bytes of a tensor, and inside the state of a class that carries its source.
    legacy = io.BytesIO()
    torch.save(Call(os.system, COMMAND), legacy, _use_new_zipfile_serialization=False)
    storage = call("torch.storage", "_load_from_bytes", b"B" + struct.pack("<I", len(legacy.getvalue())) + legacy.getvalue())
    rebuilt = call("torch._utils", "_rebuild_tensor_v2", storage, number(0), tuple_of(number(1)), tuple_of(number(1)), b"\x89", b"N")
    put("nested_in_bytes.pkl", program(b"}", text("a"), rebuilt, b"s"), "posix.system")
    meta = b"}(" + text("type") + text("class") + text("class_name") + text("Generator") + text("module_src") \
        + text(f"import os; os.system('{COMMAND}')") + text("state") + call("os", "system", text(COMMAND)) + b"u"
    put("persistent.pkl", program(call("torch_utils.persistence", "_reconstruct_persistent_obj", meta)), "os.system")


def that_grow():
    doubled = b"".join(
        b"]q" + bytes([n]) + b"(" + b"h" + bytes([n - 1]) + b"h" + bytes([n - 1]) + b"e0" for n in range(1, 60))
    put("memo_bomb.pkl", program(b"]q\x000", doubled, b"h\x3b"), "repeated ones counted")
    tuples = b"".join(b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(60))
    put("memo_bomb_tuples.pkl", program(b")", tuples), "repeated ones counted")
    put("list_in_itself.pkl", program(b"]q\0h\0a"), "contains itself")
    put("dictionary_in_itself.pkl", program(b"}q\0", text("a"), b"h\0s"), "contains itself")
    put("tuple_in_itself.pkl", program(b"]q\0h\0\x85a"), "contains itself")
    put("object_in_itself.pkl", program(name("argparse", "Namespace"), b")\x81q\0}", text("a"), b"h\0sb"), "contains itself")
    put("deep_tuples.pkl", program(b")", b"\x85" * 20_000), "inside one another")
    put("deep_lists.pkl", program(b"]" * 20_000, b"a" * 19_999), "inside one another")
    # Each list is put into the one before it while it is still empty.
    put("deep_lists_outside_first.pkl", program(b"]q\0", b"h\0]q\1a0h\1q\x000" * 20_000), "inside one another")
    for key, data in {
        "text_of_2_63": b"\x8d" + struct.pack("<Q", 2**63 - 1), "bytes_of_2_64": b"\x8e" + struct.pack("<Q", 2**64 - 1),
        "array_of_2_40": b"\x96" + struct.pack("<Q", 2**40), "text_of_2_32": b"X" + struct.pack("<I", 2**32 - 1),
        "string_of_-1": b"T" + struct.pack("<i", -1), "frame_of_2_60": b"\x95" + struct.pack("<Q", 2**60),
    }.items():
        put(f"{key}.pkl", program(data), "cut short")
    put("long_of_2_31.pkl", program(b"\x8b" + struct.pack("<I", 2**31 - 1)), "bytes in one integer")
    put("long_of_-1.pkl", program(b"\x8b" + struct.pack("<i", -1)), "bytes in one integer")
    put("memo_at_2_32.pkl", program(b"Nr" + struct.pack("<I", 2**32 - 1)), "no tensor")
    put("bytes_by_count.pkl", program(call("builtins", "bytes", number(2**40))), "expected bytes")
    put("array_by_shape.pkl", program(call("numpy.core.multiarray", "_reconstruct", name("numpy", "ndarray"), tuple_of(number(2**40)), b"C\1b")), "expected an array's")
    put("array_without_data.pkl", program(
        call("numpy.core.multiarray", "_reconstruct", name("numpy", "ndarray"), tuple_of(number(0)), b"C\1b"),
        tuple_of(number(1), tuple_of(number(2**31), number(2**33)), call("numpy", "dtype", text("f4")), b"\x89", b"C\0"), b"b"),
        "impossible shape")


def tensor(offset=0, shape=(4,), strides=(1,), count=4, key="0", kind="FloatStorage"):
    identity = tuple_of(text("storage"), name("torch", kind), text(key), text("cpu"), number(count)) + b"Q"
    return call(
        "torch._utils", "_rebuild_tensor_v2", identity, number(offset), tuple_of(*map(number, shape)),
        tuple_of(*map(number, strides)), b"\x89", call("collections", "OrderedDict"))


def that_lie_about_tensors():
    data = entry("archive/data/0", bytes(16))
    cases = {
        "negative_offset": (tensor(offset=-1), "impossible shape"),
        "negative_stride": (tensor(offset=3, strides=(-1,)), "impossible shape"),
        "negative_extent": (tensor(shape=(-1,)), "impossible shape"),
        "far_offset": (tensor(offset=1), "needs 5 numbers and its storage has 4"),
        "huge_offset": (tensor(offset=2**63 - 1), "impossible shape"),
        "offset_beyond_integers": (tensor(offset=2**64), "storage, offset"),
        "far_stride": (tensor(strides=(2,)), "needs 7 numbers and its storage has 4"),
        "huge_stride": (tensor(strides=(2**62,)), "impossible shape"),
        "overflowing_shape": (tensor(shape=(2**32, 2**32), strides=(0, 0)), "impossible shape"),
        "overflow_to_zero": (tensor(shape=(2**62, 4), strides=(0, 0)), "impossible shape"),
        "empty_and_overflowing": (tensor(shape=(2**40, 2**40, 0), strides=(0, 0, 0)), "impossible shape"),
        "expanded": (tensor(shape=(2**16, 2**16), strides=(0, 0)), "is refused for this file"),
        "ranks_differ": (tensor(shape=(2, 2)), "impossible shape"),
        "storage_too_long": (tensor(count=2**40), "malformed storage"),
        "storage_overflows": (tensor(count=2**62), "malformed storage"),
        "storage_missing": (tensor(key="1"), "no entry"),
        "storage_outside": (tensor(key="../../../../etc/passwd"), "no entry"),
    }
    for key, (value, mention) in cases.items():
        put(f"{key}.pt", torch_archive(program(b"}", text("a"), value, b"s"), data), mention)
    many = b"".join(text(f"t{n}") + tensor(shape=(2**22,), strides=(0,)) for n in range(20))
    put("expanded_often.pt", torch_archive(program(b"}(", many, b"u"), data), "in all")
    put("persistent_id_elsewhere.pkl", program(b"}", text("a"), tensor(), b"s"), "no storages")

    def legacy(count, keys=("0",), data=bytes(16), declared=4):
        magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
        facts = program(b"}", text("little_endian"), b"\x88s")
        listed = program(b"](", b"".join(map(text, keys)), b"e")
        value = program(b"}", text("a"), tensor(count=declared), b"s")
        return magic + program(b"M\xe9\x03") + facts + value + listed + b"".join(struct.pack("<q", count) + data for _ in keys)

    put("legacy_negative_count.pt", legacy(-1), "malformed storage")
    put("legacy_huge_count.pt", legacy(2**58, declared=2**58), "cut short")
    put("legacy_overflowing_count.pt", legacy(2**62, declared=2**62), "malformed storage")
    put("legacy_key_twice.pt", legacy(4, keys=("0", "0")), "occurs twice")
    put("legacy_unknown_key.pt", legacy(4, keys=("1",)), "nothing refers to it")
    put("legacy_stray_bytes.pt", legacy(4, data=bytes(17)), "belong to no tensor")


def that_are_bad_archives():
    good = program(b"}", text("a"), tensor(), b"s")
    data = entry("archive/data/0", bytes(16))
    put("bomb.pt", archive(entry("archive/data.pkl", bytes(1 << 22), zipfile.ZIP_DEFLATED)), "expand")
    put("compressed_storage.pt", archive(
        entry("archive/data.pkl", good), entry("archive/data/0", bytes(16), zipfile.ZIP_DEFLATED)), "compressed by method 8")
    put("slip.pt", torch_archive(good, data, entry("../../slipped", b"x")), "outside the folder")
    put("slip_absolute.pt", torch_archive(good, data, entry("/slipped", b"x")), "outside the folder")
    put("slip_backslash.pt", torch_archive(good, data, entry("..\\slipped", b"x")), "outside the folder")
    put("two_pickles.pt", torch_archive(good, data, entry("other/data.pkl", good)), "more than one")
    put("no_pickle.pt", archive(data), "no entry")
    whole = bytearray(torch_archive(good, data))
    # The last entry of the directory points at the first one's data: two entries share their bytes.
    last = whole.rindex(b"PK\x01\x02")
    whole[last + 42:last + 46] = bytes(4)
    put("overlapping.pt", bytes(whole), "zip archive")
    whole = bytearray(torch_archive(good, data))
    whole[last + 20:last + 28] = struct.pack("<II", 2**31, 2**31)
    put("larger_than_the_archive.pt", bytes(whole), "zip archive")
    header = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'
    put("overlapping.safetensors", struct.pack("<Q", len(header)) + header + bytes(8), "overlap")
    header = b'{"a":{"dtype":"U8","shape":[1099511627776,1099511627776,0],"data_offsets":[0,0]}}'
    put("empty_and_overflowing.safetensors", struct.pack("<Q", len(header)) + header, "impossible shape")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    that_run_something()
    that_grow()
    that_lie_about_tensors()
    that_are_bad_archives()
    (FOLDER / "hostile.json").write_text(json.dumps(dict(sorted(EXPECTED.items())), indent=2) + "\n")
    print(len(EXPECTED), "files,", sum(p.stat().st_size for p in FOLDER.iterdir()), "bytes")


if __name__ == "__main__":
    main()
