# Shared by the scripts in this folder, which source it: where things are, and how to say them.
# shellcheck shell=bash

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

# Where models, downloads and samples live; `pulse` itself looks in the same place.
export PULSE_HOME="${PULSE_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/pulse}"

MODEL_WHEEL="$PULSE_HOME/downloads/random_face-2021.7.21.1-py3-none-any.whl"
SAMPLE_PHOTO="$PULSE_HOME/samples/astronaut.png"

# say WORDS...: one line about what is being done.
say() { printf '==> %s\n' "$*"; }

# fail LINE...: every argument is a line of the message; then leave with status 2.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
    exit 2
}

# sha256 FILE: its digest in hexadecimal.
sha256() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}

# has_digest FILE DIGEST: whether the file is there and is that file.
has_digest() { [ -f "$1" ] && [ "$(sha256 "$1")" = "$2" ]; }

# as_root COMMAND...: run it as root, by whatever right this user has.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo --non-interactive "$@"
    fi
}

# build_quietly SWIFT-ARGUMENTS...: swift, without its complaints about flags in the libraries' pkg-config
# files, which it leaves out and nobody needs (on some systems they fill a screen). Progress is untouched.
build_quietly() {
    { swift "$@" 2>&1 >&3 | sed '/^warning: prohibited flag(s)/d' >&2; } 3>&1
}
