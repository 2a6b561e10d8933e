# For the scripts of this folder, which read it: the program, which is their first argument, a folder for what they make, and
# processes that end with them. ./dev interop runs *.sh, and not this.
sipladder=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
script=$(basename "$0" .sh)
folder=$(mktemp -d)
chmod 711 "$folder"  # programs that give up root go on reading in it
processes=()
stop() {
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
fail() { echo "$script: $1" >&2; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || fail "needs root"; }
rows() { "$sipladder" sql "$1" "$2" --format csv | tail -n +2; }  # of a source, without the header
