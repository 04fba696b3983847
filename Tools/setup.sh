#!/usr/bin/env bash
# Makes this clone ready to use: system packages, the model's wheel, the release build, the imported model.
# Every stage is skipped when it is done already.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

Tools/packages.sh
Tools/fetch.sh
say "Building pulse in release (a first build takes a few minutes)"
build_quietly build --configuration release --product pulse
Tools/import.sh .build/release/pulse
