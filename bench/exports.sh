#!/usr/bin/env bash
# What it costs to export the calls of a capture (100,000 calls, unless one is named), beside `cat` of the same file,
# which is in the page cache: the table of docs/speed.md. Each row is the shortest of three runs.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

capture=${1:-$(made calls 100000)}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
row() { # a name, the file that is written ("": none), then the command
  local name=$1 file=$2 run best='' figures
  shift 2
  for run in 1 2 3; do
    rm -f "$out"/*
    cat "$capture" >/dev/null
    figures=$(command time -f '%e %U %S %M' "$@" 2>&1 >/dev/null </dev/null | tail -1)
    best=$(printf '%s\n%s\n' "$best" "$figures" | grep . | sort -n | head -1)
  done
  local size='–'
  [ -z "$file" ] || size="$(($(stat -c %s "$out/$file") / 1000000)) MB"
  echo "$best" | awk -v name="$name" -v size="$size" \
    '{ printf "| %s | %.2f | %.2f | %d MB | %s |\n", name, $1, $2 + $3, $4 / 1000, size }'
}
printf '%s: %s packets, %s MB\n\n' "$(basename "$capture")" \
  "$("$tool" sql "$capture" 'SELECT sum(packets) FROM capture' --format csv --no-progress | tail -1)" \
  "$(($(stat -c %s "$capture") / 1000000))"
printf '| | seconds | processor seconds | memory | written |\n|---|---:|---:|---:|---:|\n'
row 'cat' copy sh -c "cat '$capture' >'$out/copy'"
for ending in pcapng csv db; do
  row "export -o x.$ending" "x.$ending" "$tool" export -o "$out/x.$ending" "$capture" --no-progress
done
