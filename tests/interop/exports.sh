#!/usr/bin/env bash
# What export writes, read back by the tools that it is written for: xmllint, sox, sqlite3, Python's
# csv and json, PlantUML, Mermaid. An MCP client of others talks to the program. Run by ./dev interop.
set -euo pipefail
sipladder=$(readlink -f "$1")
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
modules=$root/build/interop
mkdir -p "$modules"
npm install --silent --no-save --prefix "$modules" axe-core@4 mermaid@11 @modelcontextprotocol/sdk@1 >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fail() { echo "$1" >&2; exit 1; }

for sample in "$root"/samples/*.pcap*; do
  name=$(basename "$sample"); name=${name%.*}
  for ending in svg sipp.xml csv json ndjson mmd puml db; do
    "$sipladder" export -o "$name.$ending" "$sample" >/dev/null 2>&1 || [ $ending = sipp.xml ] || fail "$name.$ending: not written"
  done
  xmllint --noout "$name.svg"
  [ ! -s "$name.sipp.xml" ] || xmllint --noout --nonet "$name.sipp.xml" 2>/dev/null || fail "$name.sipp.xml: no XML"
  if [ "$("$sipladder" sql "$sample" "SELECT count(*) AS n FROM streams" --format csv | tail -1)" != 0 ] &&
    "$sipladder" export -o "$name.wav" "$sample" >/dev/null 2>&1; then
    [ "$(sox --i -c "$name.wav")" = 2 ] || fail "$name.wav: sox sees no stereo"
  fi
  # A saved session holds what the capture says, for sqlite3 as for the program.
  for table in calls messages findings streams vias; do
    query="SELECT count(*) AS n FROM $table"
    [ "$(sqlite3 "$name.db" "$query")" = "$("$sipladder" sql "$sample" "$query" --format csv | tail -1)" ] ||
      fail "$name.db: sqlite3 counts other rows of $table"
  done
  [ "$(sqlite3 "$name.db" 'PRAGMA integrity_check')" = ok ] || fail "$name.db: not whole"
  # Keys of TLS never leave the program: without them a saved session shows less than the capture.
  [ $name = tls-call ] && continue
  "$sipladder" findings "$sample" >before; "$sipladder" findings "$name.db" >after
  cmp -s before after || fail "$name.db: other findings than the capture"
done

python3 - <<'PYTHON'
import csv, glob, json
for path in glob.glob('*.json'):
    stem = path[:-5]
    rows = json.load(open(path))
    lines = [json.loads(line) for line in open(stem + '.ndjson')]
    table = list(csv.DictReader(open(stem + '.csv', newline='')))
    assert rows == lines, stem
    assert len(rows) == len(table), stem
    for row, texts in zip(rows, table):
        assert row.keys() == texts.keys(), stem
        assert str(row['id']) == texts['id'] and row['call_id'] == texts['call_id'].lstrip("'"), stem
PYTHON

plantuml -headless -checkonly -failfast2 ./*.puml >plantuml.txt 2>&1 || { cat plantuml.txt >&2; fail "PlantUML refuses a diagram"; }
node "$root/tests/interop/mermaid.mjs" "$(command -v chromium)" "$modules/node_modules/mermaid/dist/mermaid.min.js" ./*.mmd
NODE_PATH=$modules/node_modules node "$root/tests/interop/mcp.mjs" "$sipladder" "$root/samples" "$modules"
echo "exports: as xmllint, sox, sqlite3, Python, PlantUML, Mermaid and an MCP client want them"
