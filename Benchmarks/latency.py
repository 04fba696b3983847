#!/usr/bin/env python3
"""Measures what of `pulse upsample` is not search: how long until the first step begins, and how long the answers take
to be written once they are found.

    Benchmarks/latency.py PICTURE [PROGRAM ...] [--rounds 9] [--count 4] [--mode fast]

Several programs, for example before and after a change, take turns, so that whatever else the machine does hits all
of them. Prints medians, and the best in brackets:

- start: from the command to the beginning of the first step;
- rest: all that is neither start nor counted by the report as a candidate's own time (its steps and its exact fit):
  pictures, latents, certificates, overview, report, and the starts of the later candidates;
- peak: of the whole process.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def run(program, options, folder):
    """Start and rest in seconds, peak in MB."""
    command = [program, "upsample", options.picture, "--output", folder, "--seed", "1", "--mode", options.mode]
    command += ["--count", str(options.count), "--steps", "2", "--progress", "json", "--force"]
    begun, start = time.perf_counter(), None
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in process.stderr:
        if start is None and b'"step"' in line:
            start = time.perf_counter() - begun - json.loads(line)["seconds"]
    _, status, usage = os.wait4(process.pid, 0)
    total = time.perf_counter() - begun
    report = Path(folder) / Path(options.picture).stem / "report.json"
    if start is None or os.waitstatus_to_exitcode(status) > 1 or not report.exists():
        raise SystemExit(f"{program} wrote no result")
    searching = sum(candidate["seconds"] for candidate in json.loads(report.read_text())["candidates"])
    return start, total - start - searching, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("picture")
    parser.add_argument("programs", nargs="*", default=["pulse"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--mode", default="fast")
    options = parser.parse_args()
    results = {program: [] for program in options.programs}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            for program in options.programs:
                results[program].append(run(program, options, folder))
    for program, rounds in results.items():
        start, rest, peak = zip(*rounds)
        print(
            f"{program}: start {statistics.median(start):.2f} ({min(start):.2f}) s,"
            f" rest {statistics.median(rest):.2f} ({min(rest):.2f}) s, peak {statistics.median(peak):.0f} MB"
        )


if __name__ == "__main__":
    main()
