#!/usr/bin/env bash
# What export and redact write, as Wireshark sees it; a call played by SIPp from both of its sides.
# Run by ./dev interop.
set -euo pipefail
sipladder=$1
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

count() { tshark -r "$1" -Y "$2" 2>/dev/null | wc -l; }

for sample in "$root"/samples/*.pcap*; do
  name=$(basename "$sample")
  for ending in pcap pcapng; do
    out=$folder/out.$ending
    "$sipladder" export -o "$out" "$sample" >/dev/null
    for what in sip rtp rtcp; do
      [ "$(count "$out" $what)" = "$(count "$sample" $what)" ] ||
        { echo "$name: not as many packets of $what in .$ending" >&2; exit 1; }
    done
  done
  filter=$("$sipladder" export --wireshark-filter "$sample")
  [ "$(count "$sample" "($filter) && sip")" = "$(count "$sample" sip)" ] ||
    { echo "$name: its display filter does not show all of its SIP" >&2; exit 1; }
  "$sipladder" redact "$sample" "$folder/redacted.pcapng" >/dev/null
  [ "$(count "$folder/redacted.pcapng" frame)" = "$(count "$sample" frame)" ] ||
    { echo "$name: packets were lost by redact" >&2; exit 1; }
  wrong='ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || tcp.checksum.status == "Bad"'
  checks=(-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE)
  [ "$(tshark "${checks[@]}" -r "$folder/redacted.pcapng" -Y "$wrong" 2>/dev/null | wc -l)" = \
    "$(tshark "${checks[@]}" -r "$sample" -Y "$wrong" 2>/dev/null | wc -l)" ] ||
    { echo "$name: checksums are wrong after redact" >&2; exit 1; }
done

cd "$folder"
for sample in busy two-way; do
  for side in caller callee; do
    "$sipladder" export -o "$side.sipp.xml" --side $side "$root/samples/$sample.pcap" >/dev/null
  done
  sipp -sf callee.sipp.xml -i 127.0.0.1 -p 15070 -m 1 -nostdin -timeout 60 -timeout_error >/dev/null &
  callee=$!
  sleep 1
  sipp -sf caller.sipp.xml -i 127.0.0.1 -p 15071 -m 1 -nostdin -timeout 60 -timeout_error 127.0.0.1:15070 >/dev/null ||
    { echo "$sample: the caller's scenario does not play against the callee's" >&2; exit 1; }
  wait $callee || { echo "$sample: the callee's scenario does not play" >&2; exit 1; }
done
echo "packets: as Wireshark and SIPp want them"
