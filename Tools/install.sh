#!/usr/bin/env bash
# install.sh PREFIX: builds pulse and copies it to PREFIX/bin. install.sh --remove PREFIX: takes it away.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ "$1" = --remove ]; then
    target="${2/#\~/$HOME}/bin/pulse"
    rm -f "$target"
    say "Removed $target. Models stay in $PULSE_HOME until you delete that folder."
    exit 0
fi

folder="${1/#\~/$HOME}/bin"
Tools/setup.sh
mkdir -p "$folder"
# A running copy is replaced, not overwritten.
install -m 755 .build/release/pulse "$folder/.pulse-new"
mv -f "$folder/.pulse-new" "$folder/pulse"
say "Installed $folder/pulse"
case ":$PATH:" in
*":$folder:"*) ;;
*) say "$folder is not on your PATH; add it with:  export PATH=\"$folder:\$PATH\"" ;;
esac
