"""The processes that take turns: ours, PyTorch in three ways, OpenVINO, and a BLAS."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "Benchmarks/peers"
# What is timed: what PulseBench calls it, and what its peers load.
MODELS = {"mobilestylegan-1024": "mobilestylegan-ffhq-1024", "stylegan1-1024": "random-stylegan1-1024",
          "stylegan2-1024": "random-stylegan2-1024"}
DEFAULT_MODEL = MODELS["mobilestylegan-1024"]
VENV_PYTHON = ROOT / ".venv/bin/python"
# M, K, N of matrix products as large as those of the layers.
PRODUCTS = [(512, 512, 1024), (512, 512, 4096), (256, 256, 16384)]


class Contestant:
    """A process that does one piece of work for each line it is sent."""

    def __init__(self, name, works, command, threads):
        self.name, self.works = name, works
        environment = os.environ | {n: str(threads) for n in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, env=environment)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            raise RuntimeError(f"{name} ended before it was ready: {self.last_words()}")
        self.about = line.strip().removeprefix("ready").strip()

    def ask(self, work, limit=None):
        """The answer to one piece of work; `limit` is in seconds."""
        timer = threading.Timer(limit, self.process.kill) if limit else None
        if timer:
            timer.start()
        try:
            self.process.stdin.write(work + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            if timer:
                timer.cancel()
        if not answer:
            self.process.wait()
            killed = limit and self.process.returncode == -9
            why = f"took more than {limit / 60:.0f} minutes" if killed else self.last_words()
            raise RuntimeError(f"{self.name} died during '{work}': {why}")
        return json.loads(answer)

    def last_words(self):
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else f"exit status {self.process.poll()}"

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()


def start(options, model, threads, note):
    """The contestants on one model and thread count. Jobs have processes of their own, so that a peak is one job's."""
    parts = set(options.parts)
    is_default = model == DEFAULT_MODEL
    if not is_default:  # whose layers, bound and allocations are looked into
        parts -= {"layers", "batch4"}
    started = []

    def add(name, works, command):
        works = [w for w in works if w.split()[0] in parts or w.split()[0] in ("copy", "gemm")]
        if not works:
            return
        try:
            started.append(Contestant(name, works, command, threads))
        except RuntimeError as error:
            note(f"{error}: running without it")

    ours = [bench_binary(), "serve", model, threads, options.side]
    products = [f"gemm {m} {k} {n}" for m, k, n in PRODUCTS]
    for works in (["step"], ["forward"], ["both"], ["batch4"], ["layers"]):
        add("ours", works, ours)
    if "layers" in parts:
        add("ours", ["copy", *products], ours)
    python = None if options.only_ours else peer_python(options, note)
    if python is None:
        return started
    if "layers" in parts:
        add("blas", products, [python, PEERS / "blas_peer.py", threads])
    if has(python, "torch"):
        weights = model_file() if is_default else model
        compiles = is_default and not options.no_compile
        for layout in ["contiguous", "channels_last"] + (["compile"] if compiles else []):
            command = [python, PEERS / "torch_peer.py", weights, threads, options.side, layout]
            add(f"pytorch {layout}", ["step", "both"], command)
            add(f"pytorch {layout}", ["forward"], command)
    else:
        note("PyTorch is not installed: running without it")
    if "forward" in parts and is_default:
        add_openvino(python, threads, add, note)
    return started


def add_openvino(python, threads, add, note):
    wheels = sorted((home() / "downloads").glob("random_face-*.whl"))
    if not has(python, "openvino"):
        note("OpenVINO is not installed: running without it")
    elif not wheels:
        note(f"no random_face wheel in {home() / 'downloads'}: running without OpenVINO")
    else:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheels[-1]) as wheel:
            for part in ("xml", "bin"):
                wheel.extract(f"random_face/data/SynthesisNetwork.{part}", folder)
            add("openvino", ["forward"], [
                python, PEERS / "openvino_peer.py", f"{folder}/random_face/data/SynthesisNetwork.xml", threads])


def model_file():
    return home() / f"models/{DEFAULT_MODEL}.safetensors"


def home():
    if os.environ.get("PULSE_HOME"):
        return Path(os.environ["PULSE_HOME"])
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "pulse"


def bench_binary():
    path = Path(subprocess.check_output(
        ["swift", "build", "--configuration", "release", "--show-bin-path"], cwd=ROOT, text=True,
        stderr=subprocess.DEVNULL).strip())
    return path / "PulseBench"


def has(python, module):
    return subprocess.run([python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)"],
                          check=False).returncode == 0


def peer_python(options, note):
    """The interpreter of the peers, or None; offers to make one."""
    if os.environ.get("PULSE_BENCH_PYTHON"):
        return os.environ["PULSE_BENCH_PYTHON"]
    if VENV_PYTHON.exists() and has(VENV_PYTHON, "torch"):
        return VENV_PYTHON
    note("The peers are not installed. PyTorch and OpenVINO need several GB in .venv/.")
    if not options.yes:
        if not sys.stdin.isatty() or input("Install them now? [y/N] ").strip().lower() not in ("y", "yes"):
            note("running without them (`make bench ARGS=--yes` installs them)")
            options.only_ours = True
            return None
    try:
        subprocess.run([sys.executable, "-m", "venv", ROOT / ".venv"], check=True)
        subprocess.run([VENV_PYTHON, "-m", "pip", "install", "--requirement", PEERS / "requirements.txt"], check=True)
    except subprocess.CalledProcessError as error:
        note(f"the installation failed ({error}); on Debian and Ubuntu it needs the package python3-venv. "
             "Running without the peers")
        options.only_ours = True
        return None
    return VENV_PYTHON
