#!/usr/bin/env bash
# Builds the benchmark and runs it beside its peers. See Benchmarks/README.md.
#
#   make bench [ARGS='--threads 2 --rounds 9 --no-compile'] [JSON=FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift build --configuration release --product PulseBench
# shellcheck disable=SC2086  # ARGS is several arguments.
exec python3 Benchmarks/run.py ${JSON:+--json "$JSON"} ${ARGS:-} "$@"
