#!/usr/bin/env bash
# Draws the PNG sizes of the icon from its SVG, for desktops and packages that do not draw SVG. Needs
# rsvg-convert (Debian: librsvg2-bin). Run it after a change of the SVG; its results are committed.
set -euo pipefail
cd "$(dirname "$0")/hicolor"
for size in 16 24 32 48 64 128 256; do
    mkdir -p "${size}x$size/apps"
    rsvg-convert -w "$size" -h "$size" -o "${size}x$size/apps/tidemark.png" scalable/apps/tidemark.svg
done
