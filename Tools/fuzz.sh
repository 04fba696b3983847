#!/usr/bin/env bash
# Feeds damaged files of weights to the readers: first MUTATIONS random ones of each format, in the tests'
# own processes; then coverage-guided ones for FUZZ_SECONDS seconds. What makes a reader crash, take more than
# 10 seconds or more than its share of memory is an error; libFuzzer leaves the file in .build-fuzz.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mutations="${MUTATIONS:-100000}"
seconds="${FUZZ_SECONDS:-120}"
folder=.build-fuzz
goldens=Tests/CheckpointsTests/Goldens
mkdir -p "$folder/corpus"

say "$mutations random mutations of each format"
PULSE_MUTATIONS="$mutations" build_quietly test --configuration release --scratch-path .build-test \
    --disable-xctest --filter 'CheckpointsTests.Hostile'

say "Building the coverage-guided target"
mapfile -t tensors < <(find Sources/Tensors -name '*.swift')
mapfile -t readers < <(find Sources/Checkpoints -name '*.swift' ! -name Digest.swift)
swift=(swiftc -O -wmo -parse-as-library -swift-version 6 -package-name pulse
    -Xcc "-fmodule-map-file=Sources/System/Clibzip/module.modulemap" -I "$folder")
"${swift[@]}" -module-name Tensors -emit-module-path "$folder/Tensors.swiftmodule" \
    -c "${tensors[@]}" -o "$folder/Tensors.o"
"${swift[@]}" -module-name Checkpoints -sanitize=fuzzer,address -emit-executable \
    "${readers[@]}" Tools/fuzz/FuzzCheckpoint.swift "$folder/Tensors.o" -lzip -lm -o "$folder/fuzz-checkpoints"

say "Coverage-guided for $seconds seconds"
# A megabyte of input may take 256 MB and a bit; the sanitizer itself needs the rest.
# FoundationXML loses the message of every parse error.
echo 'leak:_CFErrorCreateFromXMLInterface' >"$folder/leaks"
LSAN_OPTIONS="suppressions=$ROOT/$folder/leaks:print_suppressions=0" \
    "$folder/fuzz-checkpoints" -max_total_time="$seconds" -timeout=10 -malloc_limit_mb=258 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="$folder/" \
    "$folder/corpus" "$goldens" "$goldens/checkpoints" "$goldens/hostile"
