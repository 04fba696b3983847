#!/usr/bin/env bash
# Times one search step and hands its arguments on to the benchmark.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

Tools/setup.sh
exec Benchmarks/run.sh "$@"
