#!/usr/bin/env python3
"""Times our engine beside PyTorch and OpenVINO, taking turns, and measures what the machine could do at best.

Needs nothing but Python's standard library; the peers run in another interpreter: $PULSE_BENCH_PYTHON, or the
one in .venv, which this script offers to make. torch.compile takes minutes per thread count before the first
measurement; --no-compile leaves it out.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import contestants
from report import report
from summary import summarise

PARTS = ["forward", "both", "step", "batch4", "layers", "allocations"]
RESULTS = contestants.ROOT / "Benchmarks/RESULTS.md"


def main():
    options = arguments()
    if not contestants.model_file().exists():
        sys.exit(f"{contestants.model_file()} is missing: run `make setup`, which imports the default model")
    load = [os.getloadavg()[0]]
    results = {}
    for model in options.models:
        results[model] = {threads: measure(options, model, threads) for threads in options.threads}
    load.append(os.getloadavg()[0])
    about = (f"{processor()} ({os.cpu_count()} processors), medians of {options.rounds}, load average "
             f"{load[0]:.1f} before and {load[1]:.1f} after, commit {commit()}")
    text = report(results, about)
    print(text)
    if options.json:
        content = {model: by_threads(result, about) for model, result in results.items()}
        Path(options.json).write_text(json.dumps(content, indent=2) + "\n")
    if options.record:
        with RESULTS.open("a") as file:
            file.write(f"\n## {datetime.date.today()}\n\n```\n{text}\n```\n")


def by_threads(results, about):
    """The JSON of one model: its result on most threads, and all of them behind."""
    largest = max(results)
    return {"threads": largest, "about": about} | results[largest] | {
        "byThreads": {str(threads): result for threads, result in results.items()}}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each, at least 5 (default: 7)")
    parser.add_argument("--threads", default="1,2", help="thread counts, with commas (default: 1,2)")
    parser.add_argument("--models", default="mobilestylegan-1024",
                        help=f"with commas, or all: {', '.join(contestants.MODELS)} (default: the first)")
    parser.add_argument("--side", type=int, default=32, help="side of the low-resolution target (default: 32)")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"what to measure, with commas (default: {','.join(PARTS)})")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out (it compiles for minutes)")
    parser.add_argument("--compile-minutes", type=float, default=20,
                        help="give torch.compile up after this long on one job (default: 20)")
    parser.add_argument("--only-ours", action="store_true", help="run without peers")
    parser.add_argument("--yes", action="store_true", help="install PyTorch and OpenVINO into .venv without asking")
    parser.add_argument("--json", metavar="FILE", help="write the result to FILE as well")
    parser.add_argument("--record", action="store_true", help=f"append the result to {RESULTS.name}")
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("--rounds must be at least 5")
    options.threads = sorted({int(t) for t in options.threads.split(",")})
    options.models = list(contestants.MODELS) if options.models == "all" else options.models.split(",")
    options.parts = options.parts.split(",")
    unknown = set(options.parts) - set(PARTS) or set(options.models) - set(contestants.MODELS)
    if unknown or min(options.threads) < 1:
        parser.error(f"unknown part or model {unknown.pop()}" if unknown else "threads are counted from 1")
    return options


def measure(options, model, threads):
    started = contestants.start(options, contestants.MODELS[model], threads, note)
    note(f"{model}, {threads} threads: warming up {len(started)} processes, one at a time")
    ready = [contestant for contestant in started if warm_up(contestant, options)]
    samples = {}
    for round_ in range(options.rounds):
        for contestant in ready:
            for work in contestant.works:
                samples.setdefault((contestant.name, work), []).append(contestant.ask(work))
        note(f"round {round_ + 1} of {options.rounds}: " + ", ".join(
            f"{name} {work} {values[-1]:.3f}" for (name, work), values in samples.items()
            if work in ("forward", "both", "step")))
    peaks = {(contestant.name, work): contestant.ask("peak") for contestant in ready for work in contestant.works}
    for contestant in ready:
        contestant.close()
    result = summarise(samples, peaks)
    if contestants.MODELS[model] == contestants.DEFAULT_MODEL and "allocations" in options.parts and sys.platform == "linux":
        result["allocations"] = allocations(options, threads)
    return result


def warm_up(contestant, options):
    """Runs everything twice. Whether that worked: a peer may fail to compile, which is said and no reason to stop."""
    compiles = contestant.name == "pytorch compile"
    note(f"  {contestant.name}, {', '.join(contestant.works)}: {contestant.about}"
         + (" (compiling; this takes minutes)" if compiles else ""))
    try:
        for work in contestant.works:
            for _ in range(2):
                contestant.ask(work, limit=60 * options.compile_minutes if compiles else None)
    except RuntimeError as error:
        if contestant.name == "ours":
            raise
        note(f"  {error}: running without it")
        return False
    return True


def allocations(options, threads):
    """The count of `allocations.sh` in both modes, or None where it does not run."""
    script = contestants.ROOT / "Benchmarks/allocations.sh"
    count = 0
    for mode in ["fast", "classic"]:
        command = [script, str(threads), str(options.side), mode]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        totals = [line.split()[1] for line in run.stdout.splitlines() if line.startswith("total ")]
        if run.returncode or not totals:
            note(f"{script.name} failed: {run.stderr.strip()[-200:]}")
            return None
        count += int(totals[0])
    return count


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        wide = any(" avx512f" in line for line in lines if line.startswith("flags"))
        return (names[0] if names else platform.machine()) + (" with AVX-512" if wide else "")
    except OSError:
        return platform.processor() or platform.machine()


def commit():
    """HEAD, and whether anything but the record of results differs from it."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=contestants.ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(contestants.ROOT)}")
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + (" with changes" if changed else "")


def note(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        sys.exit(f"benchmark: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
