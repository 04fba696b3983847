# Shared by the scripts in this folder, which source it: where things are, and how to say them.
# shellcheck shell=bash

set -euo pipefail

# Where models, downloads and samples live; `pulse` itself looks in the same place (Sources/Files/Home.swift).
# A data folder that is not absolute is to be ignored, as the XDG base directory specification says; a relative
# PULSE_HOME is meant from where the caller stands.
if [ -z "${PULSE_HOME:-}" ]; then
    case "${XDG_DATA_HOME:-}" in
    /*) PULSE_HOME="$XDG_DATA_HOME/pulse" ;;
    *) PULSE_HOME="$HOME/.local/share/pulse" ;;
    esac
fi
case "$PULSE_HOME" in
/*) ;;
*) PULSE_HOME="$PWD/$PULSE_HOME" ;;
esac
export PULSE_HOME

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

# shellcheck disable=SC2034 # for the scripts that source this one
MODEL_WHEEL="$PULSE_HOME/downloads/random_face-2021.7.21.1-py3-none-any.whl"
# shellcheck disable=SC2034
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

# beside_swift PROGRAM: the one of Swift's own toolchain, wherever the links on the path lead; else the path's.
beside_swift() {
    local program
    program="$(dirname "$(readlink -f "$(command -v swift)")")/$1"
    if [ -x "$program" ]; then printf '%s\n' "$program"; else printf '%s\n' "$1"; fi
}

# clang_format: the name of a clang-format 14, the version that the committed layout is of; false where there is none.
clang_format() {
    local name
    for name in clang-format-14 clang-format; do
        if command -v "$name" >/dev/null && [[ "$("$name" --version)" == *"version 14."* ]]; then
            printf '%s\n' "$name"
            return
        fi
    done
    return 1
}

# build_quietly SWIFT-ARGUMENTS...: swift, without its complaints about flags in the libraries' pkg-config
# files, which it leaves out and nobody needs (on some systems they fill a screen). Progress is untouched.
build_quietly() {
    { swift "$@" 2>&1 >&3 | sed '/^warning: prohibited flag(s)/d' >&2; } 3>&1
}

TEST_BUILD=(--configuration release --scratch-path .build-test)

# build_tests: pulse and all tests, with the model imported by that pulse, .build-test/release/pulse.
build_tests() {
    Tools/fetch.sh
    say "Building pulse and its tests in release (a first build takes a few minutes)"
    # Builds them as `swift test` does, and lists them after.
    build_quietly test list "${TEST_BUILD[@]}" --disable-xctest >/dev/null
    Tools/import.sh .build-test/release/pulse
}
