#!/usr/bin/env python3
"""Times one search step and one forward pass, here and in PyTorch and OpenVINO, taking turns.

Needs nothing but Python's standard library; the peers run in another interpreter: $PULSE_BENCH_PYTHON, or the
one in .venv, which this script offers to make.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = "mobilestylegan-ffhq-1024"
VENV_PYTHON = ROOT / ".venv/bin/python"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each, at least 5 (default: 7)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--side", type=int, default=32, help="side of the low-resolution target (default: 32)")
    parser.add_argument("--compile", action="store_true", help="also time torch.compile (minutes of compilation)")
    parser.add_argument("--only-ours", action="store_true", help="run without peers")
    parser.add_argument("--yes", action="store_true", help="install PyTorch and OpenVINO into .venv without asking")
    parser.add_argument("--json", metavar="FILE", help="write the result to FILE as well")
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("--rounds must be at least 5")

    model = home() / "models" / f"{MODEL}.safetensors"
    if not model.exists():
        sys.exit(f"{model} is missing: run `make setup`, which imports the default model")
    result = measure(contestants(options, model), options)
    report(result, options)
    if options.json:
        Path(options.json).write_text(json.dumps({"mobilestylegan-1024": result}, indent=2) + "\n")


def home():
    if os.environ.get("PULSE_HOME"):
        return Path(os.environ["PULSE_HOME"])
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "pulse"


# ---------------------------------------------------------------------------------------------- contestants


class Contestant:
    """A process that does one piece of work for each line it is sent."""

    def __init__(self, command, threads):
        environment = os.environ | {n: str(threads) for n in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        self.process = subprocess.Popen(
            [str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.about = self.process.stdout.readline().strip().removeprefix("ready").strip()
        if self.process.poll() is not None:
            raise RuntimeError(f"{command[0]} {command[1]} ended before it was ready")

    def ask(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a contestant died during '{what}'")
        return float(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def contestants(options, model):
    """(name, work) to a running process. Forward passes have processes of their own, so that a peak is one job's."""
    def ours():
        return Contestant([bench_binary(), MODEL, options.threads, options.side], options.threads)

    started = {("ours", "step"): ours(), ("ours", "forward"): ours()}
    python = None if options.only_ours else peer_python(options)
    if python is None:
        return started
    torch = ROOT / "Benchmarks/peers/torch_peer.py"
    formats = ["contiguous", "channels_last"] + (["compile"] if options.compile else [])
    if has(python, "torch"):
        for layout in formats:
            for work in ("step", "forward"):
                started[f"pytorch {layout}", work] = Contestant(
                    [python, torch, model, options.threads, options.side, layout], options.threads)
    else:
        note("PyTorch is not installed: running without it")
    wheels = sorted((home() / "downloads").glob("random_face-*.whl"))
    if not has(python, "openvino"):
        note("OpenVINO is not installed: running without it")
    elif not wheels:
        note(f"no random_face wheel in {home() / 'downloads'}: running without OpenVINO")
    else:
        folder = tempfile.TemporaryDirectory()
        with zipfile.ZipFile(wheels[-1]) as wheel:
            for part in ("xml", "bin"):
                wheel.extract(f"random_face/data/SynthesisNetwork.{part}", folder.name)
        started["openvino", "forward"] = Contestant(
            [python, ROOT / "Benchmarks/peers/openvino_peer.py", f"{folder.name}/random_face/data/SynthesisNetwork.xml",
             options.threads], options.threads)
        folder.cleanup()
    return started


def bench_binary():
    path = Path(subprocess.check_output(
        ["swift", "build", "--configuration", "release", "--show-bin-path"], cwd=ROOT, text=True).strip())
    return path / "PulseBench"


def has(python, module):
    return subprocess.run([python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)"],
                          check=False).returncode == 0


def peer_python(options):
    """The interpreter of the peers, or None; offers to make one."""
    if os.environ.get("PULSE_BENCH_PYTHON"):
        return os.environ["PULSE_BENCH_PYTHON"]
    if VENV_PYTHON.exists() and has(VENV_PYTHON, "torch"):
        return VENV_PYTHON
    note("The peers are not installed. PyTorch and OpenVINO need several GB in .venv/.")
    if not options.yes:
        if not sys.stdin.isatty() or input("Install them now? [y/N] ").strip().lower() not in ("y", "yes"):
            note("running without them (`make bench ARGS=--yes` installs them)")
            return None
    requirements = ROOT / "Benchmarks/peers/requirements.txt"
    try:
        subprocess.run([sys.executable, "-m", "venv", ROOT / ".venv"], check=True)
        subprocess.run([VENV_PYTHON, "-m", "pip", "install", "--requirement", requirements], check=True)
    except subprocess.CalledProcessError as error:
        note(f"the installation failed ({error}); on Debian and Ubuntu it needs the package python3-venv. "
             "Running without the peers")
        return None
    return VENV_PYTHON


# ---------------------------------------------------------------------------------------------- measuring


def measure(started, options):
    times = {key: [] for key in started}
    note(f"warming up {len(started)} processes, {options.threads} threads each, one at a time")
    for (name, work), contestant in started.items():
        note(f"  {name}, {work}: {contestant.about}")
        for _ in range(2):
            contestant.ask(work)
    for round_ in range(options.rounds):
        for key, contestant in started.items():
            times[key].append(contestant.ask(key[1]))
        note(f"round {round_ + 1} of {options.rounds}: " + ", ".join(
            f"{name} {work} {values[-1]:.3f} s" for (name, work), values in times.items()))
    medians = {key: statistics.median(values) for key, values in times.items()}
    peaks = {key: contestant.ask("peak") for key, contestant in started.items()}
    for contestant in started.values():
        contestant.close()
    return summary(medians, peaks, times)


def summary(medians, peaks, times):
    """The JSON of one model: PyTorch is whichever of its two memory formats is faster."""
    result = {"forward": {}, "step": {}, "peakMB": {"forward": {}, "step": {}}, "samples": {}}
    for work in ("forward", "step"):
        eager = [k for k in medians if k[1] == work and k[0] in ("pytorch contiguous", "pytorch channels_last")]
        chosen = {"ours": ("ours", work), "openvino": ("openvino", work), "torchCompile": ("pytorch compile", work)}
        if eager:
            chosen["pytorch"] = min(eager, key=medians.get)
            result[work]["pytorchFormat"] = chosen["pytorch"][0].split()[1]
        for name, key in chosen.items():
            if key in medians:
                result[work][name] = round(medians[key], 4)
                result["peakMB"][work][name] = round(peaks[key], 1)
    result["samples"] = {f"{name} {work}": [round(t, 4) for t in values] for (name, work), values in times.items()}
    return result


def report(result, options):
    print(f"MobileStyleGAN 1024x1024, {options.threads} threads, median of {options.rounds}, taking turns "
          f"({platform.machine()}, load {os.getloadavg()[0]:.1f})")
    titles = {"ours": "pulse", "pytorch": "PyTorch eager", "torchCompile": "torch.compile", "openvino": "OpenVINO"}
    for work, title in (("step", "search step (forward, D, loss, backward)"), ("forward", "forward pass")):
        print(f"\n{title}")
        for name, label in titles.items():
            if name not in result[work]:
                continue
            ratio = "" if name == "ours" else f"   {result[work][name] / result[work]['ours']:.2f} x ours"
            print(f"  {label:<14}{result[work][name]:8.3f} s{result['peakMB'][work][name]:9.0f} MB peak{ratio}")


def note(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, BrokenPipeError) as error:
        sys.exit(f"benchmark: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
