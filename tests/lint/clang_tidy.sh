#!/usr/bin/env bash
# Usage: clang_tidy.sh BUILD_FOLDER all|changed
# Has clang-tidy look at every file that BUILD_FOLDER compiles, or at those that differ from the branch
# upstream (without one, or on it: from the commit before). A file that was clean is not looked at again
# until it, a header of ours or the list of checks changes.
set -euo pipefail
command -v clang-tidy-16 >/dev/null || { echo "clang-tidy-16 is not installed."; exit 77; }
folder=$1
what=$2
clean=$folder/clang_tidy
mkdir -p "$clean"
tests/lint/each_file.py "$folder/compile_commands.json" >"$clean/compile_commands.json"

compiled() {
    sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$clean/compile_commands.json" | sed "s|^$PWD/||" |
        grep -E '^(app|core|tests)/' | sort -u
}

base() {
    local upstream
    upstream=$(git merge-base HEAD '@{upstream}' 2>/dev/null) || upstream=
    if [ -n "$upstream" ] && [ "$upstream" != "$(git rev-parse HEAD)" ]; then
        echo "$upstream"
    else
        git rev-parse --verify --quiet HEAD~ || git hash-object -t tree /dev/null
    fi
}

changed() {
    {
        git diff --name-only "$(base)" -- '*.cpp'
        git ls-files --others --exclude-standard -- '*.cpp'
    } | sort -u
}

# What every verdict hangs on beside the file itself.
common=$({
    cat .clang-tidy
    find app core tests -name '*.h' -print0 | sort -z | xargs -0 cat
} | sha256sum)

files=$(compiled)
if [ "$what" = changed ]; then
    files=$(comm -12 <(compiled) <(changed))
fi

# Exported for the shells of xargs below.
look_at() {
    local stamp
    stamp=$clean/$({ echo "$common" && cat "$1"; } | sha256sum | cut -c1-32)
    [ ! -e "$stamp" ] || return 0
    clang-tidy-16 -quiet -p "$clean" --extra-arg=-Wno-unknown-warning-option "$1" 2>/dev/null && touch "$stamp"
}
export -f look_at
export clean common

count=$(grep -c . <<<"$files" || true)
echo "clang-tidy on $count files"
[ "$count" -gt 0 ] || exit 0
# shellcheck disable=SC2016  # The inner shell expands it.
xargs -d '\n' -P "$(nproc)" -n 1 bash -c 'look_at "$0"' <<<"$files"
