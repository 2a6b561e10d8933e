#!/usr/bin/env bash
# Three probes and a cluster of two real ClickHouse servers, of which one goes away under load: nothing is lost,
# nothing is there twice, a reader says what is missing meanwhile. Run by ./dev interop.
set -euo pipefail
source "$(dirname "$0")/common.bash"

http=(0 18123 18124) tcp=(0 19123 19124)
start_server() {  # number
  local n=$1 d=$folder/server$1
  mkdir -p "$d"/{data,tmp,files}
  cat >"$d/config.xml" <<XML
<yandex>
  <logger><level>warning</level><log>$d/log</log><errorlog>$d/errors</errorlog></logger>
  <http_port>${http[n]}</http_port><tcp_port>${tcp[n]}</tcp_port>
  <listen_host>127.0.0.1</listen_host><mark_cache_size>268435456</mark_cache_size>
  <path>$d/data/</path><tmp_path>$d/tmp/</tmp_path><user_files_path>$d/files/</user_files_path>
  <users_config>users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database><timezone>UTC</timezone>
  <remote_servers><probes>
    <shard><replica><host>127.0.0.1</host><port>${tcp[1]}</port></replica></shard>
    <shard><replica><host>127.0.0.1</host><port>${tcp[2]}</port></replica></shard>
  </probes></remote_servers>
</yandex>
XML
  cat >"$d/users.xml" <<XML
<yandex>
  <profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
    <probe><password>s3cret</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></probe>
  </users>
  <quotas><default></default></quotas>
</yandex>
XML
  clickhouse-server --config-file="$d/config.xml" >"$d/out" 2>&1 &
  processes[n]=$!
  for _ in $(seq 100); do
    ask "$n" "SELECT 1" >/dev/null 2>&1 && return
    sleep 0.1
  done
  cat "$d/out" "$d/errors" >&2
  fail "server $n does not start"
}
stop_server() { kill -9 "${processes[$1]}"; wait "${processes[$1]}" 2>/dev/null || true; }
ask() { curl -sS --fail-with-body "http://127.0.0.1:${http[$1]}/?database=${3:-default}" --data-binary "$2"; }
here_counts() { "$sipladder" sql "$1" "SELECT count(*) FROM $2" --format csv | tail -1; }

start_server 1
start_server 2
version=$(ask 1 "SELECT version()")
"$sipladder" schema --clickhouse --cluster probes --server "$version" >"$folder/tables.sql"
for n in 1 2; do
  ask $n "CREATE DATABASE sip" >/dev/null
  clickhouse-client --port "${tcp[n]}" -d sip -n <"$folder/tables.sql" || fail "the tables cannot be made"
done

# What one probe sends is there as it is here, byte by byte; sent again, it is there once.
url="clickhouse://probe:s3cret@127.0.0.1:${http[1]}/sip"
node "$here/calls.mjs" "$folder/one.pcap" 200 900001
for _ in 1 2; do "$sipladder" export -o "$url" --probe alone "$folder/one.pcap" >/dev/null; done
for table in calls messages vias headers transactions dialogs sdp endpoints findings capture stats; do
  there=$(ask 1 "SELECT count() FROM $table FINAL WHERE probe = 'alone'" sip)
  [ "$there" = "$(here_counts "$folder/one.pcap" $table)" ] || fail "$table: $there rows came"
done
columns="call_id,time,src,src_port,dst,dst_port,method,status,cseq,raw"
"$sipladder" messages "$folder/one.pcap" --columns $columns --format ndjson | sort >"$folder/here"
"$sipladder" messages "$url" --columns $columns --format ndjson | sort >"$folder/there"
cmp "$folder/here" "$folder/there" || fail "messages are other ones in the cluster"
for table in calls messages vias headers transactions dialogs sdp streams intervals registrations subscriptions endpoints tls peers hep_senders; do
  "$sipladder" $table "$url" --limit 1 >/dev/null || fail "the command $table is not answered"
done
joined=$(ask 1 "SELECT count() FROM messages_local FINAL WHERE call IN (SELECT id FROM calls_local)" sip)
[ "$joined" -gt 0 ] || fail "ids of rows do not join"

# Three probes at once; a server dies, and comes back some seconds later.
node "$here/calls.mjs" "$folder/load.pcap" 3000
probes=(east west north) pids=()
for probe in "${probes[@]}"; do
  "$sipladder" export -o "clickhouse://127.0.0.1:${http[1]}/sip" --probe "$probe" --sink-wait 120 "$folder/load.pcap" \
    >"$folder/$probe" 2>&1 &
  pids+=($!)
done
for _ in $(seq 300); do  # under load: when some of the rows are there
  [ "$(ask 1 "SELECT count() FROM calls_local WHERE probe != 'alone'" sip)" -gt 0 ] && break
  sleep 0.05
done
stop_server 2
sleep 3
status=0
"$sipladder" calls "$url" --where "probe = 'alone'" >"$folder/partly" 2>"$folder/missing" || status=$?
[ $status = 3 ] || fail "a reader ends with $status while a server is away"
grep -q "is missing" "$folder/missing" || fail "a reader does not say what is missing"
[ "$(wc -l <"$folder/partly")" -gt 1 ] || fail "a reader shows nothing of the other server"
start_server 2
for pid in "${pids[@]}"; do wait "$pid" || { cat "$folder"/{east,west,north} >&2; fail "a probe ended with an error"; }; done
grep -q "attempts* failed" "$folder"/{east,west,north} || fail "no batch had to be sent again: the test shows nothing"
for table in calls messages vias headers transactions dialogs sdp; do
  wanted=$(here_counts "$folder/load.pcap" $table)
  for probe in "${probes[@]}"; do
    there=$(ask 1 "SELECT count() FROM $table FINAL WHERE probe = '$probe'" sip)
    [ "$there" = "$wanted" ] || fail "$table of $probe: $there rows of $wanted"
  done
done
# All rows of a call lie on one server, whichever probe saw it.
for table in calls messages transactions; do
  ask 1 "SELECT DISTINCT call_id FROM ${table}_local ORDER BY call_id" sip >"$folder/on1"
  ask 2 "SELECT DISTINCT call_id FROM ${table}_local ORDER BY call_id" sip >"$folder/on2"
  [ -s "$folder/on1" ] && [ -s "$folder/on2" ] || fail "$table: one server has all of them"
  [ -z "$(LC_ALL=C comm -12 <(LC_ALL=C sort "$folder/on1") <(LC_ALL=C sort "$folder/on2"))" ] || fail "$table: a call is on both servers"
done

# One call of all probes as one ladder, its copies folded.
call=$(ask 1 "SELECT call_id FROM calls WHERE probe = 'east' ORDER BY call_id LIMIT 1" sip)
"$sipladder" ladder "$url" --call-id "$call" >"$folder/ladder"
for probe in "${probes[@]}"; do grep -q "sip $probe\$" "$folder/ladder" || fail "$probe is not in the ladder"; done
[ "$(grep -c "(dup)" "$folder/ladder")" = 14 ] || fail "copies of other probes are not told as such"
"$sipladder" export -o "$folder/call.pcapng" --call-id "$call" "$url" >/dev/null
[ "$("$sipladder" sql "$folder/call.pcapng" "SELECT count(*) FROM messages" --format csv | tail -1)" = 21 ] ||
  fail "a call that was fetched is not whole"
"$sipladder" sql "$url" "DROP TABLE calls" >/dev/null 2>&1 && fail "sql is not read-only"
echo "clickhouse $version: nothing lost, nothing twice"
