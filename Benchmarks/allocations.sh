#!/usr/bin/env bash
# Counts the allocations (malloc, calloc, realloc, aligned ones, mmap) in steps 3 to 20 of a search, and shows
# where the first of them come from. Linux with glibc.
#
#   Benchmarks/allocations.sh [THREADS [SIDE [fast|classic]]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="$(mktemp --directory)"
trap 'rm -rf "$folder"' EXIT
"${CC:-cc}" -O1 -shared -fPIC -o "$folder/allocations.so" Benchmarks/allocations.c
swift build --configuration release --product PulseBench >&2
program="$(swift build --configuration release --show-bin-path 2>/dev/null)/PulseBench"
LD_PRELOAD="$folder/allocations.so" "$program" allocations mobilestylegan-ffhq-1024 "${1:-2}" "${2:-32}" "${3:-classic}" \
    2>"$folder/traces"

# The program's own functions, innermost first: an address behind its path is one of them.
if command -v addr2line >/dev/null; then
    while read -r line; do
        case "$line" in
        allocation*) echo "$line" ;;
        "$program(+"*)
            address="${line##*(+}"
            addr2line --functions --exe="$program" "${address%%)*}" | sed -n '1s/^/  /p' |
                swift demangle --simplified
            ;;
        esac
    done <"$folder/traces" >&2
else
    cat "$folder/traces" >&2
fi
