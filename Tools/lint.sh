#!/usr/bin/env bash
# The format, the scripts' syntax, and that no file names a place on somebody's machine.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

say "Format"
swift format lint --strict --parallel --recursive Sources Tests Benchmarks Package.swift

say "Scripts"
for script in Tools/*.sh Benchmarks/*.sh .ci/run; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC1091 Tools/*.sh Benchmarks/*.sh .ci/run
fi

say "Paths"
# Home folders, other people's checkouts and package servers have no place in a project's text.
places='(^|[^A-Za-z0-9_.])/(work|root|home|Users|opt/swift)/|/tmp/[a-z]'
servers='pypi\.org|pythonhosted\.org|deb\.debian\.org|archive\.ubuntu\.com'
if git ls-files -z --cached --others --exclude-standard | xargs -0 grep -nIE "$places|$servers"; then
    fail "the lines above name a machine's path or a package server."
fi
say "Clean"
