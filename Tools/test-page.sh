#!/usr/bin/env bash
# Goes through the page of `pulse serve` in a headless Chromium: the server, its searches and the model are the real ones.
# Screenshots are left in .build-test/page. Where no browser can be had, it says so and is done.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

Tools/packages.sh checks
build_tests
place=.build-test/page
python=$place/venv/bin/python

# have_browser: Chromium, its driver and what drives it, installed where they are missing and can be had.
have_browser() {
    if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
        [ "$(id -u)" -eq 0 ] || sudo --non-interactive true 2>/dev/null || return 1
        say "Installing Chromium and its driver"
        local install=(apt-get install --yes --quiet --no-install-recommends chromium chromium-driver fonts-noto-cjk)
        as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" >/dev/null 2>&1 ||
            { as_root apt-get update --quiet >/dev/null 2>&1 &&
                as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" >/dev/null 2>&1; } || return 1
    fi
    [ ! -x "$python" ] || "$python" -c 'import selenium, axe_selenium_python' 2>/dev/null || rm -rf "$place/venv"
    if [ ! -x "$python" ]; then
        say "Installing what drives it"
        python3 -m venv "$place/venv" && "$python" -m pip install --quiet -r Tests/Page/requirements.txt || return 1
    fi
}

mkdir -p "$place"
if ! have_browser; then
    say "Skipped: there is no Chromium with its driver here, or Selenium could not be installed"
    exit 0
fi

scene="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$scene"' EXIT
pulse=.build-test/release/pulse
"$pulse" generate --seed 517 --output "$scene/photo.png" >/dev/null
"$pulse" serve --port 0 --folder "$scene/serve" >"$scene/address" &
server=$!
for _ in $(seq 100); do
    if [ -s "$scene/address" ]; then break; fi
    sleep 0.1
done
say "Going through the page"
rm -rf "$place/screenshots"
"$python" Tests/Page/journey.py --address "$(head -n 1 "$scene/address")" --pictures "$scene" \
    --screenshots "$place/screenshots" --driver "$(command -v chromedriver)"
kill "$server"
wait "$server"
server=
