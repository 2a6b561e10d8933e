#!/usr/bin/env bash
# The table of docs/speed.md: what a bare libpcap loop, sipladder, tshark and sngrep need for the same files, which are
# in the page cache. Each tool runs three times, in turns; the run with the shortest time is told.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

best=$(mktemp)
trap 'rm -f "$best"' EXIT
row() { # what it is, then the command: keeps its seconds, processor seconds and megabytes
  local name=$1 figures
  shift
  figures=$(command time -f '%e %U %S %M' "$@" 2>&1 >/dev/null </dev/null | tail -1)
  printf '%s\t%s\n' "$name" "$figures" >>"$best"
}
for shape in calls:20000 talks:1000; do
  capture=$(made "${shape%:*}" "${shape#*:}")
  : >"$best"
  for _ in 1 2 3; do
    cat "$capture" >/dev/null
    row 'bare libpcap loop' "$loop" "$capture"
    if [ "${shape%:*}" = calls ]; then
      row 'sipladder calls' "$tool" calls "$capture" --no-progress
      row 'sipladder findings' "$tool" findings "$capture" --no-progress
      row 'sipladder nat' "$tool" nat "$capture" --no-progress
      row 'tshark -z sip,stat' tshark -n -q -z sip,stat -r "$capture"
    else
      row 'sipladder streams' "$tool" streams "$capture" --no-progress
      row 'sipladder findings' "$tool" findings "$capture" --no-progress
      row 'tshark -z rtp,streams' tshark -n -q -z rtp,streams -r "$capture"
    fi
    row 'sngrep -N' sngrep -N -q -l 1000000 -I "$capture"
  done
  printf '%s: %s packets, %s MB\n\n' "$(basename "$capture")" \
    "$("$tool" sql "$capture" 'SELECT sum(packets) FROM capture' --format csv --no-progress | tail -1)" \
    "$(($(stat -c %s "$capture") / 1000000))"
  printf '| | seconds | of the loop | processor seconds | memory |\n|---|---:|---:|---:|---:|\n'
  awk -F '\t' '
    { split($2, f, " "); if (!($1 in s)) order[++n] = $1
      if (!($1 in s) || f[1] < s[$1]) { s[$1] = f[1]; cpu[$1] = f[2] + f[3]; mb[$1] = f[4] / 1000 } }
    END { loop = s["bare libpcap loop"] > 0 ? s["bare libpcap loop"] : 0.01
          for (i = 1; i <= n; i++) { k = order[i]
            printf "| %s | %.2f | %.1f | %.2f | %d MB |\n", k, s[k], s[k] / loop, cpu[k], mb[k] } }' "$best"
  echo
done
