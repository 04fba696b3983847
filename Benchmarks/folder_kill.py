#!/usr/bin/env python3
"""Kills `pulse upsample FOLDER` again and again, lets it finish, and checks that every result is there once and whole.

    Benchmarks/folder_kill.py [--items 1000] [--kills 20] [--pace 1.5] [--pulse PROGRAM] [--folder DIR]

The pictures are 16×16 and random, the searches of one step and one answer. The last run is not killed; its memory at
its tenth result is compared with that at its last. The pace is the seconds that a picture takes, so that the kills
are spread over the first half.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib


def png(seed: int, side: int = 16) -> bytes:
    """A smooth picture that no other seed gives."""
    draw = random.Random(seed)
    colours = [[draw.randrange(30, 220) for _ in range(3)] for _ in range(4)]
    rows = b""
    for y in range(side):
        rows += b"\0"
        for x in range(side):
            u, v = x / (side - 1), y / (side - 1)
            weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]
            rows += bytes(int(sum(w * c[k] for w, c in zip(weights, colours))) for k in range(3))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def results(output: pathlib.Path) -> dict[str, pathlib.Path]:
    """Finished results by their place."""
    found = {}
    for report in output.rglob("report.json"):
        place = report.parent.relative_to(output).as_posix()
        if ".pulse-" not in place:
            found[place] = report
    return found


def faults(report: pathlib.Path) -> list[str]:
    """What is wrong with a result."""
    try:
        content = json.loads(report.read_text())
    except ValueError:
        return [f"{report}: half a report"]
    wrong = []
    for name, digest in content["files"].items():
        path = report.parent / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"{path}: missing or changed")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pace", type=float, default=1.5)
    parser.add_argument("--pulse", default=".build/release/pulse")
    parser.add_argument("--folder", help="where to work; must be empty or missing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        return prove(options, pathlib.Path(options.folder or temporary))


def prove(options: argparse.Namespace, root: pathlib.Path) -> int:
    inputs, output = root / "in", root / "out"
    for index in range(options.items):
        path = inputs / f"{index % 10}" / f"{index:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(index))
    command = [options.pulse, "upsample", str(inputs), "--output", str(output), "--steps", "1", "--count", "1"]
    wrong: list[str] = []
    known: dict[str, bytes] = {}
    begun = time.time()

    def check(moment: str) -> None:
        found = results(output)
        for place, digest in known.items():
            if place not in found:
                wrong.append(f"{place}: lost {moment}")
            elif hashlib.sha256(found[place].read_bytes()).digest() != digest:
                wrong.append(f"{place}: made again {moment}")
        for place, report in found.items():
            if place not in known:
                wrong.extend(faults(report))
                known[place] = hashlib.sha256(report.read_bytes()).digest()

    for kill in range(options.kills):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.3, 0.3 + options.pace * options.items / options.kills))
        process.send_signal(signal.SIGKILL)
        process.wait()
        check(f"at kill {kill + 1}")
        print(f"kill {kill + 1}: {len(known)} results after {time.time() - begun:.0f} s", flush=True)

    before = set(known)
    last = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    check("by the last run")
    summary = last.stderr.strip().splitlines()[-1] if last.stderr.strip() else ""
    if last.returncode not in (0, 1):
        wrong.append(f"the last run ended with {last.returncode}: {summary}")
    if len(known) != options.items:
        wrong.append(f"{len(known)} results for {options.items} pictures")
    digests = collections.Counter(json.loads(r.read_text())["input"]["sha256"] for r in results(output).values())
    wrong += [f"{digest}: {count} results" for digest, count in digests.items() if count > 1]
    wrong += [f"{path}: left over" for path in output.rglob(".pulse-*.part")]
    again = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if f"{options.items} done before" not in again.stderr:
        wrong.append(f"a further run did something: {again.stderr[-200:]}")

    made = [r for place, r in results(output).items() if place not in before]
    made.sort(key=lambda report: report.stat().st_mtime_ns)
    memory = [json.loads(report.read_text())["peakMemoryBytes"] / 1e6 for report in made]
    print(f"{options.items} pictures, {options.kills} kills, {time.time() - begun:.0f} s")
    print(f"last run: {summary}")
    if len(memory) >= 10:
        print(f"memory of the last run: {memory[9]:.0f} MB at its 10th result, {memory[-1]:.0f} MB at its {len(memory)}th")
    print("\n".join(wrong[:20]) if wrong else "every result is there once and whole")
    return 1 if wrong else 0


if __name__ == "__main__":
    if os.name != "posix":
        sys.exit("needs SIGKILL")
    sys.exit(main())
