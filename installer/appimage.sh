#!/usr/bin/env bash
# Makes an AppImage of the desktop from build/release. Needs linuxdeploy with its Qt plugin on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v linuxdeploy >/dev/null || { echo "linuxdeploy is not installed." >&2; exit 1; }
root=build/release/AppDir
rm -rf "$root"
cmake --install build/release --prefix "$root/usr" --strip
QML_SOURCES_PATHS=qml EXTRA_QT_PLUGINS=svg linuxdeploy --appdir "$root" --plugin qt --output appimage \
    --desktop-file "$root/usr/share/applications/dev.tidemark.Tidemark.desktop" \
    --icon-file "$root/usr/share/icons/hicolor/scalable/apps/tidemark.svg"
