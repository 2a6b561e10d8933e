#!/usr/bin/env bash
# Instructions per SIP message and per RTP packet, counted by callgrind. They are the same in each run, so they show a
# regression where times are noise. The instructions for start-up (an empty capture) are subtracted.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "$0")")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tool=$root/build/release/sipladder
make() { "$root/build/release/sipladder_growth" --write "$1" "$2" "$folder/$1-$2.pcap"; }
count() { # instructions of a command over a capture
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$tool" "$1" "$2" --no-progress 2>&1 >/dev/null |
    sed -n 's/^==[0-9]*== Collected : //p'
}
packets() { "$tool" sql "$1" "SELECT sum($2) FROM capture" --format csv --no-progress | tail -1; }
make calls 1000
make talks 100
head -c 24 "$folder/calls-1000.pcap" >"$folder/empty.pcap"
printf '%-10s %-14s %14s %10s %12s\n' command capture instructions packets "per packet"
for command in calls findings nat streams; do
  start=$(count "$command" "$folder/empty.pcap")
  for capture in calls-1000:sip talks-100:rtp; do
    file=$folder/${capture%:*}.pcap
    all=$(count "$command" "$file")
    n=$(packets "$file" "${capture#*:}")
    printf '%-10s %-14s %14d %10d %12d\n' "$command" "${capture%:*}" "$all" "$n" $(((all - start) / n))
  done
done
