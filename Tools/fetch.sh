#!/usr/bin/env bash
# Fetches the default model's wheel and the sample photograph into $PULSE_HOME. A file appears there
# whole and with the right digest, or not at all; what is already there is left alone.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

MODEL_DIGEST=e5d10e2be7df63f06123855ec591ca35dcb1d059eba47ddcb175d7d26b4019b5
# The NASA portrait of Eileen Collins, in the public domain, as scikit-image ships it.
SAMPLE_DIGEST=88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5
SAMPLE_MEMBER=skimage/data/astronaut.png

# download REQUIREMENT OPTION...: the wheel's path, in a scratch folder on the same file system.
download() {
    local requirement="$1" folder="$SCRATCH/${1%%==*}" quiet=--quiet
    shift
    if [ -t 2 ]; then quiet=--progress-bar=on; fi
    python3 -m pip download "$quiet" --disable-pip-version-check --no-deps --only-binary :all: \
        --dest "$folder" "$@" "$requirement" >&2 || fail \
        "$requirement could not be fetched; the package client's own words are above." \
        "Without a network: on another machine run" \
        "    python3 -m pip download --no-deps${*:+ $*} $requirement" \
        "and put the file it writes here:" "    $PULSE_HOME/downloads/"
    printf '%s\n' "$folder"/*.whl
}

# publish FILE DIGEST TARGET: check the digest, then move the file into place.
publish() {
    has_digest "$1" "$2" || fail \
        "what was fetched as $(basename "$3") is not the file this project was tested with." \
        "expected SHA-256 $2" "received         $(sha256 "$1")" "Nothing was kept."
    mkdir -p "$(dirname "$3")"
    mv -f "$1" "$3"
}

fetch_model() {
    if has_digest "$MODEL_WHEEL" "$MODEL_DIGEST"; then return; fi
    say "Fetching the default model (random-face 2021.7.21.1, 36 MiB)"
    local wheel
    wheel="$(download random-face==2021.7.21.1)"
    publish "$wheel" "$MODEL_DIGEST" "$MODEL_WHEEL"
}

# The picture is the same in every platform's wheel; this one is named so that any local Python will do.
fetch_sample() {
    if has_digest "$SAMPLE_PHOTO" "$SAMPLE_DIGEST"; then return; fi
    say "Fetching the sample photograph (inside scikit-image 0.26.0, 13 MiB)"
    local wheel kept="$PULSE_HOME/downloads"
    wheel="$(find "$kept" -maxdepth 1 -name 'scikit_image-0.26.0-*.whl' 2>/dev/null | head -n 1)"
    if [ -z "$wheel" ]; then
        wheel="$(download scikit-image==0.26.0 --implementation cp --python-version 3.11 --abi cp311 \
            --platform manylinux_2_24_x86_64)"
    fi
    unzip -p "$wheel" "$SAMPLE_MEMBER" >"$SCRATCH/astronaut.png" || fail "$wheel holds no $SAMPLE_MEMBER"
    publish "$SCRATCH/astronaut.png" "$SAMPLE_DIGEST" "$SAMPLE_PHOTO"
}

mkdir -p "$PULSE_HOME"
SCRATCH="$(mktemp -d "$PULSE_HOME/.fetching-XXXXXX")"
trap 'rm -rf "$SCRATCH"' EXIT
fetch_model
fetch_sample
