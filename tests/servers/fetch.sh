#!/usr/bin/env bash
# Puts the pinned storage servers into FOLDER: moto, azurite and, where Go is new enough, versitygw. What
# is there already in the right version is left alone. Exit 1 when one that is not optional is missing.
# Usage: tests/servers/fetch.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=versions.sh
. "$here/versions.sh"

[ $# -eq 1 ] || { echo "Usage: tests/servers/fetch.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
scratch=$(mktemp -d -p "$folder")
trap 'rm -rf "$scratch"' EXIT

# is_current NAME VERSION
is_current() {
    [ -e "$folder/$1" ] && [ "$(cat "$folder/$1.version" 2>/dev/null)" = "$2" ]
}

# keep NAME VERSION PATH
keep() {
    rm -rf "${folder:?}/$1"
    mv "$3" "$folder/$1"
    echo "$2" >"$folder/$1.version"
    echo "Server $1: $2"
}

# twice COMMAND...: a registry may be out of breath once.
twice() {
    "$@" >"$scratch/log" 2>&1 || "$@" >"$scratch/log" 2>&1 || { tail -n 3 "$scratch/log" >&2; return 1; }
}

# Compiled parts of it belong to one version of Python.
moto_version="$(grep '^moto==' "$here/moto.txt"), $(python3 -V), $(sha256sum <"$here/moto.txt" | cut -c1-8)"

fetch_moto() {
    twice python3 -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --upgrade \
        --target "$scratch/moto" -r "$here/moto.txt" && keep moto "$moto_version" "$scratch/moto"
}

fetch_azurite() {
    twice npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional --omit=dev \
        --before="$azurite_before" --prefix "$scratch/azurite" "$azurite_package" &&
        keep azurite "$azurite_package" "$scratch/azurite"
}

has_new_go() {
    local minor
    minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ -n "$minor" ] && [ "$minor" -ge "$versitygw_go_minor" ]
}

fetch_versitygw() {
    GOTOOLCHAIN=local GOBIN="$scratch" twice go install "$versitygw_module" &&
        keep versitygw "$versitygw_module" "$scratch/versitygw"
}

missing=0
is_current moto "$moto_version" || fetch_moto || {
    echo "Server moto could not be fetched; what needs S3 is skipped." >&2
    missing=1
}
is_current azurite "$azurite_package" || fetch_azurite || {
    echo "Server azurite could not be fetched; what needs Azure Blob is skipped." >&2
    missing=1
}
if ! is_current versitygw "$versitygw_module"; then
    if has_new_go; then
        fetch_versitygw || echo "Server versitygw could not be built; the second S3 is skipped." >&2
    else
        echo "Server versitygw needs Go 1.$versitygw_go_minor or newer; the second S3 is skipped."
    fi
fi
exit "$missing"
