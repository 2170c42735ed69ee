#!/usr/bin/env bash
# Every QML file is as qmlformat leaves it, but for the pragma whose value Qt 6.4's qmlformat drops.
# Mend one: tests/lint/qmlformat.sh FILE...
set -euo pipefail
qmlformat=$(command -v qmlformat || ls /usr/lib/qt6/bin/qmlformat 2>/dev/null) ||
    { echo "qmlformat is not installed."; exit 77; }

formatted() {
    "$qmlformat" "$1" | sed '1,/^import/s/^pragma ComponentBehavior$/pragma ComponentBehavior: Bound/'
}

for file in "$@"; do
    formatted "$file" >"$file.formatted"
    mv "$file.formatted" "$file"
done
[ $# -eq 0 ] || exit 0

bad=0
while IFS= read -r file; do
    if ! formatted "$file" | diff -u --label "$file" --label "$file as it should be" "$file" -; then
        bad=1
    fi
done < <(find qml tests -name '*.qml' 2>/dev/null | sort)
exit "$bad"
