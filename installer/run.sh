#!/usr/bin/env bash
# Installs what is missing, builds Tidemark and starts it. Needs Debian 12, Ubuntu 24.04 or newer, and
# root or sudo for what is not installed yet.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: installer/run.sh [--cli] [--no-start]

Installs the packages that are missing, builds a release in build/release and starts the desktop.

  --cli       build and install tidemarkctl only, for machines without a display: into /usr/local as
              root, else into ~/.local
  --no-start  do not start the desktop
  --help      this text
TEXT
}

cli=
start=yes
for argument in "$@"; do
    case $argument in
    --cli) cli=yes ;;
    --no-start) start= ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done

cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. installer/packages.sh

# quietly WHAT COMMAND...: shows the end of what it says when it fails.
quietly() {
    echo "$1"
    mkdir -p build
    "${@:2}" >build/install.log 2>&1 || fail "It failed: $(tail -n 40 build/install.log)"
}

build_cli() {
    local prefix=$HOME/.local
    if [ "$(id -u)" -eq 0 ]; then
        prefix=/usr/local
    fi
    install_packages "${cli_packages[@]}"
    quietly "Building tidemarkctl" build_in build/cli -DTIDEMARK_DESKTOP=OFF -DCMAKE_INSTALL_PREFIX="$prefix"
    quietly "Installing it into $prefix" cmake --install build/cli --component cli
    case :$PATH: in
    *":$prefix/bin:"*) echo "Ready: tidemarkctl --help" ;;
    *) echo "Ready: $prefix/bin/tidemarkctl --help ($prefix/bin is not in your PATH yet)" ;;
    esac
}

# build_in FOLDER OPTION...
build_in() {
    cmake --preset release -B "$1" -DTIDEMARK_TESTS=OFF -DTIDEMARK_PROGRAM_TESTS=OFF "${@:2}" &&
        cmake --build "$1" -j "$(nproc)"
}

build_desktop() {
    install_packages "${cli_packages[@]}" "${desktop_packages[@]}"
    quietly "Building Tidemark (some minutes the first time)" build_in build/release
    echo "Ready: build/release/bin/tidemark"
}

start_desktop() {
    if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        echo "There is no display here, so the desktop cannot start."
        echo "Without a display: build/release/bin/tidemarkctl --help"
        echo "or install it for good: installer/run.sh --cli"
        return
    fi
    local log=build/tidemark.log
    setsid build/release/bin/tidemark >"$log" 2>&1 </dev/null &
    # A failure to start shows at once; a program that runs, or that woke the one running, does not.
    if wait_for_failure $!; then
        fail "Tidemark did not start: $(tail -n 20 "$log")"
    fi
    echo "Tidemark has started. What it has to say about itself goes to $log."
}

# wait_for_failure PROCESS: true when it ended with a failure within two seconds.
wait_for_failure() {
    local _
    for _ in {1..20}; do
        if ! kill -0 "$1" 2>/dev/null; then
            if wait "$1"; then return 1; else return 0; fi
        fi
        sleep 0.1
    done
    return 1
}

if [ -n "$cli" ]; then
    build_cli
else
    build_desktop
    [ -z "$start" ] || start_desktop
fi
