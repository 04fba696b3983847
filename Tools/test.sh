#!/usr/bin/env bash
# Runs every test: the kernels' own in C, then, in release and in a build folder of its own, Swift's. The tests on the
# real weights need the model imported, so the tool is built there too and imports it: one build, and nothing printed
# after the runner.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build=(--configuration release --scratch-path .build-test)

Tools/packages.sh checks
Tools/test-kernels.sh
Tools/fetch.sh
say "Building pulse and its tests in release (a first build takes a few minutes)"
build_quietly test list "${build[@]}" --disable-xctest >/dev/null # builds them as `swift test` does; lists them after
Tools/import.sh .build-test/release/pulse
say "Running the tests"
exec swift test "${build[@]}" --skip-build --disable-xctest
