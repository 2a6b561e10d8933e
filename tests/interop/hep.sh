#!/usr/bin/env bash
# Real senders of HEP: Kamailio's siptrace, whose calls SIPp makes, and rtpengine, which reports RTCP. Each is known as a sender
# of its own, and every message that SIPp sent or got is there. Run by ./dev interop.
set -euo pipefail
source "$(dirname "$0")/common.bash"
mkdir -m 777 "$folder/seen"

"$sipladder" export -o "$folder/seen/calls.db" hep:127.0.0.1:19060 >"$folder/export.log" 2>&1 &
listener=$!
"$sipladder" sql hep:127.0.0.1:19061 "SELECT capture_id, packets, refused FROM hep_senders ORDER BY 1" --format csv \
  >"$folder/senders.csv" 2>"$folder/senders.log" &
counter=$!
processes+=("$listener" "$counter")
sleep 1
cat >"$folder/kamailio.cfg" <<CFG
#!KAMAILIO
debug=1
log_stderror=yes
children=1
listen=udp:127.0.0.1:15062
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "siptrace.so"
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", 3)
modparam("siptrace", "hep_capture_id", 77)
modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:PORT")
request_route {
  if (\$rm == "ACK") exit;
  sl_send_reply("200", "OK");
}
CFG
run_kamailio() {  # port of the listener: calls of SIPp, and Kamailio is gone afterwards
  sed "s/PORT/$1/" "$folder/kamailio.cfg" >"$folder/k$1.cfg"
  kamailio -DD -E -f "$folder/k$1.cfg" -Y "$folder" >"$folder/kamailio.log" 2>&1 &
  local kamailio=$!
  processes+=("$kamailio")
  sleep 2
  (cd "$folder" && sipp -sn uac 127.0.0.1:15062 -i 127.0.0.1 -m 20 -r 20 -d 100 -nostdin >/dev/null 2>"$folder/sipp.log") ||
    { cat "$folder/kamailio.log" >&2; fail "SIPp does not get its calls through"; }
  sleep 1
  kill "$kamailio"
}
run_kamailio 19060
run_kamailio 19061

# RTCP that passes through rtpengine.
rtpengine -f -E --config-file=none --table=-1 --interface=127.0.0.1 --listen-ng=127.0.0.1:12227 --homer=127.0.0.1:19061 \
  --homer-protocol=udp --homer-id=88 --delete-delay=0 >"$folder/rtpengine.log" 2>&1 &
processes+=("$!")
sleep 1
python3 - "$here" <<'PY'
import importlib.util, socket, struct, sys, time
text = open(sys.argv[1] + "/relay.py").read().split("\ncall(Ng(")[0]
exec(text)
relay = Ng(udp(12227), bencode, "hep-rtcp")
ends = []
for host in ("127.0.0.2", "127.0.0.3"):
    rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); rtp.bind((host, 0))
    rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); rtcp.bind((host, rtp.getsockname()[1] + 1))
    ends.append((host, rtp, rtcp))
to_callee = relay.offer("127.0.0.2", ends[0][1].getsockname()[1])
to_caller = relay.answer("127.0.0.3", ends[1][1].getsockname()[1])
send(ends[0][1], to_caller, 0xA0)
send(ends[1][1], to_callee, 0xB0)
report = struct.pack(">BBHIQIII", 0x80, 200, 6, 0xA0, 0xE0000000_00000000, 4000, 25, 4000)
for _ in range(3):
    ends[0][2].sendto(report, ("127.0.0.1", to_caller + 1))
    time.sleep(0.2)
relay.delete()
PY
sleep 1
kill "$listener" "$counter"
wait "$listener" "$counter" || true

query() { rows "$folder/seen/calls.db" "$1"; }
[ "$(query "SELECT count(*) FROM calls WHERE kind='call' AND state='completed'")" = 20 ] ||
  { cat "$folder/export.log" >&2; fail "not 20 calls are seen whole"; }
[ "$(query "SELECT count(*) FROM messages")" = 100 ] || fail "not the 100 messages of 20 calls, but $(query "SELECT count(*) FROM messages")"
grep -q '^77,100,0$' "$folder/senders.csv" || { cat "$folder/senders.csv" >&2; fail "Kamailio is no sender of 100 packets"; }
grep -q '^88,[1-9][0-9]*,0$' "$folder/senders.csv" || { cat "$folder/senders.csv" >&2; fail "rtpengine is no sender"; }
echo "hep: siptrace's calls and rtpengine's RTCP are here"
