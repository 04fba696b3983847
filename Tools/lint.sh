#!/usr/bin/env bash
# The format of Swift and C, what compilers and shellcheck find without running anything, and the project's own rules.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

Tools/packages.sh checks

# files PATTERN...: those of the project, added ones included, that match and are there.
files() {
    git ls-files -z --cached --others --exclude-standard -- "$@" | while IFS= read -r -d '' file; do
        if [ -f "$file" ]; then printf '%s\0' "$file"; fi
    done
}

say "Format"
swift format lint --strict --parallel --recursive Sources Tests Benchmarks Package.swift
if formatter="$(clang_format)"; then
    files '*.c' '*.h' '*.cpp' | xargs -0 "$formatter" --dry-run -Werror
else
    say "Skipped for C: there is no clang-format 14 here, and other versions lay out differently"
fi

say "C and C++"
clang="$(beside_swift clang)"
warnings=(-fsyntax-only -Wall -Wextra -Wshadow -Wvla -Wcast-qual -Werror)
strict=(-std=c11 -Wstrict-prototypes -Wmissing-prototypes)
files 'Sources/CKernels/*.c' 'Sources/CFiles/*.c' 'Tests/Kernels/*.c' |
    xargs -0 "$clang" "${warnings[@]}" "${strict[@]}" -ISources/CKernels/include -ISources/CFiles/include
"$clang" "${warnings[@]}" -std=c11 Benchmarks/allocations.c # it takes the place of malloc: no header declares it
# The libraries' own headers are not ours to warn about.
read -ra vips <<<"$(pkg-config --cflags vips | sed 's/-I/-isystem/g')"
# libvips takes what it only reads as void *.
files 'Sources/CVips/*.c' | xargs -0 "$clang" "${warnings[@]}" -Wno-cast-qual "${strict[@]}" -ISources/CVips/include "${vips[@]}"
files 'Sources/CDlib/*.cpp' | xargs -0 "$(beside_swift clang++)" "${warnings[@]}" -std=c++17 -ISources/CDlib/include

say "Scripts"
for script in Tools/*.sh Benchmarks/*.sh .ci/run; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC1091 Tools/*.sh Benchmarks/*.sh .ci/run
else
    say "Skipped: there is no shellcheck here"
fi

say "Lengths"
code=('*.swift' '*.c' '*.h' '*.cpp' '*.py' '*.sh')
long="$(files "${code[@]}" | xargs -0 wc -l | awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines" }')"
[ -z "$long" ] || fail "these files have more than 400 lines; find their parts:" "$long"

say "Paths"
# Home folders, other people's checkouts and package servers have no place in a project's text.
places='(^|[^A-Za-z0-9_.])/(work|root|home|Users|opt/swift)/|/tmp/[a-z]'
servers='pypi\.org|pythonhosted\.org|deb\.debian\.org|archive\.ubuntu\.com'
if files . | xargs -0 grep -nIE "$places|$servers"; then
    fail "the lines above name a machine's path or a package server."
fi
say "Clean"
