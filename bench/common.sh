# For the scripts of this folder, which read it: the program, the bare libpcap loop, and captures that are made once.
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
tool=$root/build/release/sipladder
loop=$root/build/release/pcaploop
[ "$loop" -nt "$root/bench/pcaploop.cc" ] || g++ -O2 -o "$loop" "$root/bench/pcaploop.cc" -lpcap

made() { # a shape of bench/growth, and how many of it: prints where that capture is
  local capture=$root/build/bench/$1-$2.pcap
  mkdir -p "$root/build/bench"
  [ -f "$capture" ] || "$root/build/release/sipladder_growth" --write "$1" "$2" "$capture"
  echo "$capture"
}
