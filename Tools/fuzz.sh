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
# The readers are compiled again, with the fuzzer in them; what lies below them is what the tests were built with.
built=.build-test/release
crypto=(Crypto CryptoBoringWrapper CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims)
below=(Tensors Files CFiles SystemPackage CSystem "${crypto[@]}")
mapfile -t objects < <(for module in "${below[@]}"; do find "$built/$module.build" -name '*.o'; done)
mapfile -t readers < <(find Sources/Checkpoints -name '*.swift' ! -name Digest.swift)
# What is visible within a package is so under its name, which is the folder's.
package="$(basename "$ROOT" | tr -c '[:alnum:]\n' _ | tr '[:upper:]' '[:lower:]')"
swift=(swiftc -O -wmo -parse-as-library -swift-version 6 -package-name "$package" -I "$built/Modules")
for map in Sources/System/Clibzip/module.modulemap "$built/CFiles.build/module.modulemap" \
    .build-test/checkouts/swift-system/Sources/CSystem/include/module.modulemap; do
    swift+=(-Xcc "-fmodule-map-file=$map")
done
"${swift[@]}" -module-name Checkpoints -sanitize=fuzzer,address -emit-executable \
    "${readers[@]}" Tools/fuzz/FuzzCheckpoint.swift "${objects[@]}" -lzip -lm -lstdc++ \
    -o "$folder/fuzz-checkpoints"

say "Coverage-guided for $seconds seconds"
# A megabyte of input may take 256 MB and a bit; the sanitizer itself needs the rest.
# FoundationXML loses the message of every parse error.
echo 'leak:_CFErrorCreateFromXMLInterface' >"$folder/leaks"
LSAN_OPTIONS="suppressions=$ROOT/$folder/leaks:print_suppressions=0" \
    "$folder/fuzz-checkpoints" -max_total_time="$seconds" -timeout=10 -malloc_limit_mb=258 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="$folder/" \
    "$folder/corpus" "$goldens" "$goldens/checkpoints" "$goldens/hostile"
