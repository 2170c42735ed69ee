#!/usr/bin/env bash
# Every C++ file is as clang-format leaves it. Mend one: clang-format-16 -i FILE
set -euo pipefail
command -v clang-format-16 >/dev/null || { echo "clang-format-16 is not installed."; exit 77; }
find app core tests \( -name '*.cpp' -o -name '*.h' \) -print0 | xargs -0 clang-format-16 --dry-run -Werror
