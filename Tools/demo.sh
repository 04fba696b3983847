#!/usr/bin/env bash
# The whole road on one photograph, after setup: align it to a tiny face, find a large one that fits.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pulse=.build/release/pulse
name=astronaut_0
tiny="demo/aligned/$name.png"
overview="demo/faces/$name/overview.png"
report="demo/faces/$name/report.json"

# newer FILE THAN...: whether FILE is there and no older than any of the others.
newer() {
    local file="$1" other
    shift
    [ -f "$file" ] || return 1
    for other in "$@"; do [ ! "$other" -nt "$file" ] || return 1; done
}

if newer "$tiny" "$SAMPLE_PHOTO"; then
    say "Aligned already: $tiny"
else
    say "Aligning the sample photograph to a 32x32 face: $tiny"
    "$pulse" align "$SAMPLE_PHOTO" --output demo/aligned --size 32
    touch "$tiny"
fi

if newer "$report" "$tiny" "$pulse" && [ -f "$overview" ]; then
    say "Upsampled already: $report (delete demo/ to start over)"
else
    say "Searching for four 1024x1024 faces that downscale to it (some seconds each)"
    status=0
    "$pulse" upsample "$tiny" --output demo/faces --seed 1 || status=$?
    # 0: accepted. 1: the best found is written, with the verdict that it does not fit. Others are failures.
    [ "$status" -le 1 ] || exit "$status"
    [ -f "$overview" ] || fail "the search wrote no $overview"
fi

cat <<END

Done. Look at
    $ROOT/$overview
(the tiny face, the faces found, each one downscaled again, and the difference), and for the numbers at
    $ROOT/$report
The faces are imagined: four of many that could fit, none the person in the photograph.

With a photograph of your own:
    $ROOT/$pulse align PHOTO.jpg --output aligned --size 32
    $ROOT/$pulse upsample aligned/PHOTO_0.png --output faces
END
