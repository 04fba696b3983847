#!/usr/bin/env bash
# Rewrites the Swift and C sources in the project's format.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

swift format format --in-place --parallel --recursive Sources Tests Benchmarks Package.swift
if formatter="$(clang_format)"; then
    git ls-files -z -- '*.c' '*.h' '*.cpp' | xargs -0 "$formatter" -i
else
    say "C is left as it is: its layout is that of clang-format 14, which is not here"
fi
