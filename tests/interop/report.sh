#!/usr/bin/env bash
# Reports in headless Chromium: no console error, clicks and brush work, axe-core has no complaint.
#   tests/interop/report.sh SIPLADDER
set -euo pipefail
tool=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/../.."
folder=build/interop pages=()
mkdir -p "$folder"
npm install --silent --no-save --prefix "$folder" axe-core@4 >&2
for sample in one-way-nat forked two-way-rtpengine hold-resume; do
  "$tool" export -o "$folder/$sample.html" --utc "samples/$sample.pcap"
  pages+=("$folder/$sample.html")
done
node --experimental-websocket tests/interop/report.mjs "$(command -v chromium)" "$folder" \
  "$folder/node_modules/axe-core/axe.min.js" "${pages[@]}"
# A thousand calls open in less than two seconds.
node tests/interop/calls.mjs "$folder/thousand.pcap" 1000
"$tool" export -o "$folder/thousand.html" "$folder/thousand.pcap"
node --experimental-websocket tests/interop/report.mjs "$(command -v chromium)" "$folder" - "$folder/thousand.html"
