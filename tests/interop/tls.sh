#!/usr/bin/env bash
# SIP over TLS between real stacks: OpenSSL's s_client and s_server with each version and suite, SIPp (through socat, since
# Debian's has no TLS), Kamailio and baresip. What is decrypted must be what was sent, and what tshark reads: whole, with
# loss, in disorder, with keys that come late, and from the middle of a connection on. As root, since the loopback device is
# captured. Run by ./dev interop.
set -euo pipefail
source "$(dirname "$0")/common.bash"
need_root
mkdir -m 777 "$folder/captures"
cc -shared -fPIC "$here/keylog.c" -o "$folder/keylog.so" -lssl -ldl
python3 "$here/tls.py" "$sipladder" "$folder"
