#!/usr/bin/env bash
# Shows memory and disk over time while calls come at a steady rate: both must become level.
#   bench/level.sh SIPLADDER [SECONDS] [CALLS_PER_SECOND] [SPEED] [OPTIONS...]
# Prints: seconds, resident MiB, MiB of the spool on disk.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
tool=$(readlink -f "$1")
seconds=${2:-600} rate=${3:-20} speed=${4:-1}
shift $(($# < 4 ? $# : 4))
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
g++ -std=c++20 -O2 -pthread -o "$folder/steady" bench/steady.cc
mkfifo "$folder/calls"
"$folder/steady" "$seconds" "$rate" "$speed" >"$folder/calls" &
"$tool" -N --no-progress "${@:---memory=64M}" "$folder/calls" >/dev/null &
pid=$!
echo "seconds memory_mib spool_mib"
begun=$SECONDS
while kill -0 "$pid" 2>/dev/null; do
  memory=$(awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$pid/status" 2>/dev/null || true)
  spool=0
  for fd in /proc/"$pid"/fd/*; do
    case $(readlink "$fd" 2>/dev/null || true) in
      */sipladder.*) spool=$(stat -L -c %b "$fd" 2>/dev/null || echo 0) ;;
    esac
  done
  [ -z "$memory" ] || echo "$((SECONDS - begun)) $memory $((spool / 2048))"
  sleep "$(awk "BEGIN {print $seconds / $speed / 30}")"
done
wait "$pid"
