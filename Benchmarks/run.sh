#!/usr/bin/env bash
# Builds the benchmark and runs it beside its peers. See Benchmarks/README.md.
#
#   make bench [ARGS='--threads 2 --rounds 9 --no-compile'] [JSON=FILE]
#   make bench ARGS='search --portraits FOLDER' [JSON=FILE]     whole searches instead; see Benchmarks/search/README.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck disable=SC2086  # ARGS is several arguments.
set -- ${ARGS:-} "$@"
if [ "${1:-}" = search ]; then
    shift
    swift build --configuration release --product pulse
    exec python3 Benchmarks/search.py ${JSON:+--json "$JSON"} "$@"
fi
swift build --configuration release --product PulseBench
exec python3 Benchmarks/run.py ${JSON:+--json "$JSON"} "$@"
