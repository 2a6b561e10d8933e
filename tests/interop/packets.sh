#!/usr/bin/env bash
# What export and redact write, as Wireshark sees it; a call played by SIPp from both of its sides.
# Run by ./dev interop.
set -euo pipefail
sipladder=$(readlink -f "$1")
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# One line: how many packets of SIP, RTP and RTCP are in the file. More arguments go to tshark.
counts() {
  tshark -r "$@" -T fields -e frame.protocols 2>/dev/null |
    awk '{ n = split($0, names, ":"); for (i = 1; i <= n; i++) seen[names[i] "/" NR] = 1 }
         END { for (key in seen) { split(key, part, "/"); of[part[1]]++ }
               print of["sip"] + 0, of["rtp"] + 0, of["rtcp"] + 0 }'
}
# All packets, and those whose checksums are wrong.
checked() {
  tshark -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE -r "$1" \
    -T fields -e ip.checksum.status -e udp.checksum.status -e tcp.checksum.status 2>/dev/null |
    awk '/0/ { bad++ } END { print NR, bad + 0 }'
}

for sample in "$root"/samples/*.pcap*; do
  name=$(basename "$sample")
  before=$(counts "$sample")
  # Keys of TLS never leave the program: a copy shows what the sample shows to whoever has no key.
  without_keys=$(counts "$sample" --disable-protocol tls)
  for ending in pcap pcapng; do
    out=$folder/out.$ending
    "$sipladder" export -o "$out" "$sample" >/dev/null
    [ "$(counts "$out")" = "$without_keys" ] ||
      { echo "$name: not as many packets of SIP, RTP and RTCP in .$ending" >&2; exit 1; }
  done
  filter=$("$sipladder" export --wireshark-filter "$sample")
  [ "$(tshark -r "$sample" -Y "($filter) && sip" 2>/dev/null | wc -l)" = "${before%% *}" ] ||
    { echo "$name: its display filter does not show all of its SIP" >&2; exit 1; }
  "$sipladder" redact "$sample" "$folder/redacted.pcapng" >/dev/null
  [ "$(checked "$folder/redacted.pcapng")" = "$(checked "$sample")" ] ||
    { echo "$name: packets were lost by redact, or their checksums are wrong" >&2; exit 1; }
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
