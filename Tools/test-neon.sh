#!/usr/bin/env bash
# Builds the C kernels for AArch64 with the distribution's cross compiler and runs their test under emulation.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

wanted=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)
if ! command -v aarch64-linux-gnu-gcc >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    command -v apt-get >/dev/null || fail "this needs an AArch64 cross compiler and qemu-user: ${wanted[*]}"
    say "Installing ${wanted[*]}"
    as_root apt-get install --yes --quiet --no-install-recommends "${wanted[@]}"
fi
program=.build/kernel_test-aarch64
mkdir -p .build
say "Building the kernels for AArch64"
aarch64-linux-gnu-gcc -std=c11 -O2 -static -ISources/CKernels/include \
    Tests/Kernels/*.c Sources/CKernels/*.c -lm -lpthread -o "$program"
say "Running their test under emulation"
qemu-aarch64 "$program"
