#!/usr/bin/env bash
# A real rtpengine, told of calls by ng over UDP, TCP, WebSocket and HTTP in bencode and JSON, and by the
# commands of rtpproxy, which it knows too: its ports are rows of relay_sessions, and its RTP is named.
# As root, since the loopback device is captured. Run by ./dev interop.
set -euo pipefail
source "$(dirname "$0")/common.bash"
need_root

"$sipladder" capture -i lo -w "$folder/ring" --media all >"$folder/capture.log" 2>&1 &
capture=$!
processes+=("$capture")
rtpengine -f -E --config-file=none --table=-1 --interface=127.0.0.1 --listen-ng=127.0.0.1:12223 \
  --listen-tcp-ng=127.0.0.1:12224 --listen-http=127.0.0.1:12225 --listen-udp=127.0.0.1:12226 \
  --delete-delay=0 >"$folder/rtpengine.log" 2>&1 &
processes+=("$!")
sleep 2
python3 "$here/relay.py" >"$folder/expected" || { cat "$folder/rtpengine.log" >&2; exit 1; }
sleep 1
kill "$capture"; wait "$capture" || true

query() { rows "$folder/ring" "$1"; }
query "SELECT call_id, party, [end], port FROM relay_sessions WHERE until_ns > from_ns ORDER BY id" >"$folder/found"
diff "$folder/expected" "$folder/found" >&2 || fail "other rows than rtpengine's ports"
[ "$(query "SELECT count(*) FROM streams WHERE why_no_call LIKE 'the relay named it%'")" = \
  "$(wc -l <"$folder/expected")" ] || fail "streams that nobody named"
[ "$(query "SELECT count(*) FROM streams WHERE why_no_call LIKE 'nobody%'")" = 0 ] ||
  fail "streams that nobody named"
echo "relay: rtpengine's ports have their calls"
