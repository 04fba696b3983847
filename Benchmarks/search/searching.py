"""The searches: one process for each portrait, size and mode, timed from outside."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import portraits


def offered(pulse, modes, note):
    """Those of the modes that this binary has."""
    found = []
    for mode in modes:
        with tempfile.TemporaryDirectory() as folder:
            # It names the file that is not there only if it has nothing to say about the mode.
            run = subprocess.run([pulse, "upsample", "--mode", mode, "--output", folder, f"{folder}/absent.png"],
                                 capture_output=True, text=True, check=False)
        if "absent.png" in run.stderr:
            found.append(mode)
        else:
            note(f"mode {mode} is not offered here: skipped ({portraits.last_line(run.stderr)})")
    return found


def search(options, folder, person, size, mode):
    """Searches for one input. Times are seconds since the process was started, as a person with a clock has them.

    An answer is there when its file is saved (`saved`), all of them when the process ends (`wall`).
    """
    output = folder / f"answers/{mode}-{size}"
    result = output / f"{person['name']}_0"
    shutil.rmtree(result, ignore_errors=True)  # of a run that was cut off
    words = ["upsample", folder / person["inputs"][str(size)], "--output", output, "--mode", mode, "--count", options.count,
             "--seed", options.seed + person["number"], "--threads", options.threads, "--progress", "none"]
    if options.steps:
        words += ["--steps", options.steps]
    found = {"name": person["name"], "size": size, "mode": mode, "files": []}
    with tempfile.TemporaryFile(mode="w+") as errors:
        started = time.time()
        # This process is small, so that the largest memory of what it starts is not its own.
        process = subprocess.Popen([options.pulse, *map(str, words)], stdout=subprocess.DEVNULL, stderr=errors)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        found["wall"] = time.time() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode not in (0, 1):
            return found | {"error": portraits.last_line(errors.read()) or f"exit status {process.returncode}"}
    report = json.loads((result / "report.json").read_text())
    kilobytes = os.uname().sysname != "Darwin"
    found["peakBytes"] = usage.ru_maxrss * (1024 if kilobytes else 1)
    found["files"] = [str((result / c["file"]).relative_to(folder)) for c in report["candidates"]]
    found["saved"] = [(folder / file).stat().st_mtime - started for file in found["files"]]
    for key in ("accepted", "rms", "seconds", "steps"):
        found[key] = [c[key] for c in report["candidates"]]
    return found


def reference(python, recipe, model, options, folder, person, size):
    """The recipe in PyTorch on one input: its own times, without the start of its process."""
    with tempfile.TemporaryDirectory() as temporary:
        result = Path(temporary) / "result.json"
        words = [python, recipe, model, folder / person["inputs"][str(size)], "--threads", options.threads, "--seeds",
                 options.seed + person["number"], "--steps", options.steps or 100, "--json", result]
        run = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
        if run.returncode:
            return {"name": person["name"], "size": size, "error": portraits.last_line(run.stderr)}
        return json.loads(result.read_text())["runs"][0] | {"name": person["name"], "size": size}
