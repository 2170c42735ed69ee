#!/usr/bin/env bash
# Every shell script is free of shellcheck's findings.
set -euo pipefail
command -v shellcheck >/dev/null || { echo "shellcheck is not installed."; exit 77; }
{
    echo .ci/run
    find app core installer resources tests -name '*.sh'
} | sort | xargs shellcheck -x -P SCRIPTDIR
