#!/usr/bin/env bash
# Compares sipladder with a bare libpcap loop over the same files in the same run: medians of five, alternating.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
# Without captures: 100,000 calls over a proxy, and 3,000 talks.
[ $# -gt 0 ] || set -- "$(made calls 100000)" "$(made talks 3000)"

measure() { # a command on a capture that is in the page cache; prints microseconds
  local start end
  cat "$capture" >/dev/null
  start=$(date +%s%N)
  "$@" >/dev/null
  end=$(date +%s%N)
  echo $(((end - start) / 1000))
}
median() { sort -n | sed -n 3p; }

"$root/build/release/sipladder_steps" "$@"

printf '%-28s %12s %12s %12s %8s %8s\n' capture loop_us calls_us streams_us calls/x streams/x
for capture in "$@"; do
  : >"$root/build/bench.loop"; : >"$root/build/bench.calls"; : >"$root/build/bench.streams"
  for _ in 1 2 3 4 5; do
    measure "$loop" "$capture" >>"$root/build/bench.loop"
    measure "$tool" calls "$capture" --no-progress >>"$root/build/bench.calls"
    measure "$tool" streams "$capture" --no-progress >>"$root/build/bench.streams"
  done
  l=$(median <"$root/build/bench.loop"); c=$(median <"$root/build/bench.calls"); s=$(median <"$root/build/bench.streams")
  printf '%-28s %12d %12d %12d %8s %8s\n' "$(basename "$capture")" "$l" "$c" "$s" \
    "$(awk "BEGIN{printf \"%.1f\", $c/$l}")" "$(awk "BEGIN{printf \"%.1f\", $s/$l}")"
done
