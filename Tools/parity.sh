#!/usr/bin/env bash
# A hundred steps of several searches on a full-size random StyleGAN, compared with what the original PULSE recorded
# (Documentation/Parity.md).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PULSE_PARITY=1 swift test -c release --scratch-path .build-test --filter StyleGANParityTests
