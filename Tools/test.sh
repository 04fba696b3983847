#!/usr/bin/env bash
# Runs every test: the kernels' own in C, then, in release and in a build folder of its own, Swift's. The tests on the
# real weights need the model imported, so the tool is built there too and imports it: one build, and nothing printed
# after the runner.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

Tools/packages.sh checks
Tools/test-kernels.sh
build_tests
say "Running the tests"
exec swift test "${TEST_BUILD[@]}" --skip-build --disable-xctest
