#!/usr/bin/env bash
# The C kernels' own test, which needs no Swift: on this processor, and for AArch64 under emulation.
# test-kernels.sh neon: only the latter, and an error where it cannot run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sources=(-std=c11 -O2 -ISources/CKernels/include Tests/Kernels/*.c Sources/CKernels/*.c)
folder=.build/kernels
mkdir -p "$folder"

# run COMMAND...: the test's last line; all of them where it fails.
run() {
    local output
    if output="$("$@")"; then
        printf '%s\n' "$output" | tail -n 1
    else
        fail "the kernels' test failed:" "$output"
    fi
}

test_here() {
    say "Testing the kernels in C"
    "$(beside_swift clang)" "${sources[@]}" -lm -lpthread -o "$folder/here"
    run "$folder/here"
}

test_neon() {
    say "Testing the kernels for AArch64 under emulation"
    aarch64-linux-gnu-gcc -static "${sources[@]}" -lm -lpthread -o "$folder/aarch64"
    run qemu-aarch64 "$folder/aarch64"
}

[ "${1:-}" = neon ] || test_here
if [ "$(uname -m)" = aarch64 ] || [ "$(uname -m)" = arm64 ]; then
    say "No emulation: this is an AArch64 processor"
elif command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    test_neon
elif [ "${1:-}" = neon ]; then
    fail "this needs an AArch64 cross compiler and an emulator:" \
        "gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user, which could not be installed."
else
    say "Skipped for AArch64: its cross compiler and qemu-user are not here"
fi
