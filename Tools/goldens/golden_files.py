"""Writing golden data: one safetensors file, and a line about it in the manifest of its folder."""

import json
import platform
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def write(path, tensors, *, packages, about, file_metadata=None, **facts):
    """Writes `tensors` (name to array) to `path` and records how they came to be in manifest.json."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    save_file(arrays, path, metadata=file_metadata)
    manifest_path = path.parent / "manifest.json"
    manifest = json.loads(manifest_path.read_text()) if manifest_path.exists() else {}
    manifest[path.name] = {
        "about": about,
        "script": f"Tools/goldens/{Path(sys.argv[0]).name}",
        "versions": {"python": platform.python_version()} | {p: metadata.version(p) for p in packages},
        **facts,
    }
    manifest_path.write_text(json.dumps(dict(sorted(manifest.items())), indent=2) + "\n")
    print(f"{path}: {len(arrays)} tensors, {path.stat().st_size / 1024:.0f} KiB")


def add(path, tensors, **facts):
    """Adds tensors to a file that grows by one processor or seed at a time."""
    path = Path(path)
    kept = load_file(path) if path.exists() else {}
    write(path, dict(sorted((kept | tensors).items())), **facts)
