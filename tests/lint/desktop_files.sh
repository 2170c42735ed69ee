#!/usr/bin/env bash
# What the desktop reads of us is valid: the desktop file, the AppStream metainfo, the systemd unit.
set -euo pipefail
for tool in appstreamcli desktop-file-validate; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed."; exit 77; }
done
desktop-file-validate resources/linux/*.desktop
appstreamcli validate --no-net resources/linux/*.metainfo.xml
