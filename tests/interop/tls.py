#!/usr/bin/env python3
"""Part of tls.sh: runs the stacks, captures them, and compares what is read with what was sent."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time

SIPLADDER, FOLDER = sys.argv[1:3]
KEYS = f"{FOLDER}/keys.log"
SUITE_PORT, KAMAILIO_PORT, PLAIN_PORT = 5061, 15061, 15060
SUITES = [
    *(("-tls1_3", "-ciphersuites", suite) for suite in (
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256")),
    *(("-tls1_2", "-cipher", suite) for suite in (
        "AES128-GCM-SHA256", "AES256-SHA", "AES128-SHA256", "AES256-CCM8", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-CCM",
        "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES128-SHA256")),
    *(("-tls1_1", "-cipher", suite) for suite in ("AES128-SHA", "ECDHE-RSA-AES256-SHA")),
    *(("-tls1", "-cipher", suite) for suite in ("AES128-SHA", "ECDHE-RSA-AES256-SHA")),
]
children = []


def start(*command, keys=None, **more):
    environment = dict(os.environ)
    if keys:
        environment |= {"LD_PRELOAD": f"{FOLDER}/keylog.so", "SSLKEYLOGFILE": keys}
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | more
    child = subprocess.Popen(command, env=environment, **more)
    children.append(child)
    return child


def stop(child, how=signal.SIGTERM):
    child.send_signal(how)
    child.wait(20)
    children.remove(child)


def fail(text):
    print(f"tls: {text}", file=sys.stderr)
    sys.exit(1)


def listens(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    fail(f"nobody listens on port {port}")


def capture(name, *ports):
    options = [word for port in ports for word in ("--sip-port", str(port))]
    # Its last words are shown when it fails.
    child = start(SIPLADDER, "capture", "-i", "lo", "-q", "-w", f"{FOLDER}/captures/{name}.pcap", "--flush", "100ms", *options, stderr=None)
    time.sleep(1.5)
    if child.poll() is not None:
        fail("capture does not run")
    return child


def end_capture(child):
    time.sleep(1)
    stop(child)


def messages(capture_name, *options, keys=KEYS):
    """The bytes of all messages over TLS."""
    found = subprocess.run(
        [SIPLADDER, "sql", f"{FOLDER}/captures/{capture_name}.pcap", *options, *(["--keylog", keys] if keys else []),
         "SELECT raw FROM messages WHERE transport = 'tls' ORDER BY id", "--format", "ndjson"],
        capture_output=True, text=True)
    return [json.loads(line)["raw"] for line in found.stdout.splitlines()]


def by_tshark(capture_name, ports, keys=KEYS):
    """What tshark says of each message: Call-ID and CSeq."""
    choice = [word for port in ports for word in ("-d", f"tcp.port=={port},tls")]
    choice += [word for port in ports for word in ("-d", f"tls.port=={port},sip")]
    text = subprocess.run(
        ["tshark", "-r", f"{FOLDER}/captures/{capture_name}.pcap", "-o", f"tls.keylog_file:{keys}", *choice, "-Y", "sip && tls", "-T",
         "fields", "-e", "sip.Call-ID", "-e", "sip.CSeq"], capture_output=True, text=True).stdout
    rows = []
    for line in text.splitlines():  # several messages of one frame stand with commas between them
        rows += zip(*(field.split(",") for field in line.split("\t")))
    return sorted(rows)


def key_of(message):
    return (re.search(r"(?im)^(?:call-id|i):\s*(\S+)", message)[1], re.search(r"(?im)^cseq:\s*(.*?)\r?$", message)[1])


def expect(what, found, sent):
    if sorted(found) == sorted(sent):
        return
    missing = [text for text in sent if text not in found]
    made_up = [text for text in found if text not in sent]
    fail(f"{what}: {len(found)} messages are read, {len(sent)} were sent; missing {missing[:1]}, made up {made_up[:1]}")


def request(call, method="OPTIONS"):
    return (f"{method} sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK{call}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\n"
            "Content-Length: 0\r\n\r\n")


def response(call, method="OPTIONS"):
    return request(call, method).replace(f"{method} sip:b@example.com SIP/2.0", "SIP/2.0 200 OK", 1).replace("Max-Forwards: 70\r\n", "")


def one_connection(suite, call, keys):
    version, option, name = suite
    if option == "-cipher":
        name += ":@SECLEVEL=0"
    server = start("openssl", "s_server", "-accept", str(SUITE_PORT), "-cert", f"{FOLDER}/cert.pem", "-key", f"{FOLDER}/key.pem",
                   "-quiet", version, option, name, stdin=subprocess.PIPE)
    time.sleep(0.25)
    client = start("openssl", "s_client", "-connect", f"127.0.0.1:{SUITE_PORT}", "-quiet", version, option, name, "-keylogfile", keys,
                   stdin=subprocess.PIPE)
    time.sleep(0.25)
    sent = []
    for end, text in ((client, request(call)), (server, response(call)), (client, request(call + "x"))):
        end.stdin.write(text.encode())
        end.stdin.flush()
        sent.append(text)
        time.sleep(0.08)
    stop(client)
    stop(server)
    return sent


def suites():
    running = capture("suites")
    sent = [text for suite in SUITES for text in one_connection(suite, "-".join(suite).strip("-"), KEYS)]
    end_capture(running)
    expect("suites", messages("suites"), sent)
    if by_tshark("suites", [SUITE_PORT]) != sorted(key_of(text) for text in sent):
        fail("suites: tshark reads other messages")
    if messages("suites", keys=None):
        fail("suites: something is read without keys")
    print(f"tls: {len(SUITES)} suites of OpenSSL, {len(sent)} messages, and tshark reads the same")


def late_keys():
    """Live: the keys are sent when all has passed."""
    late = f"{FOLDER}/late.log"
    live = start(SIPLADDER, "messages", "--follow", "-i", "lo", "--keylog", "udp:127.0.0.1:15999", "--format", "ndjson", stdout=subprocess.PIPE)
    time.sleep(1.5)
    sent = one_connection(SUITES[0], "late13", late) + one_connection(SUITES[11], "late12", late)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, open(late) as lines:
        for line in lines:
            sender.sendto(line.rstrip().encode(), ("127.0.0.1", 15999))
    time.sleep(2)
    live.send_signal(signal.SIGTERM)
    text = live.communicate(timeout=20)[0].decode()
    children.remove(live)
    for message in sent:
        if f'"{key_of(message)[0]}"' not in text:
            fail(f"late keys: {key_of(message)[0]} was not read: {text[:300]}")
    print(f"tls: {len(sent)} messages whose keys came when they had passed")


KAMAILIO = """#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=2
enable_tls=yes
listen=tls:127.0.0.1:PORT
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tls.so"
loadmodule "sl.so"
loadmodule "pv.so"
modparam("tls", "certificate", "FOLDER/cert.pem")
modparam("tls", "private_key", "FOLDER/key.pem")
modparam("tls", "tls_method", "TLSv1.2+")
request_route {
  if ($rm == "ACK") exit;
  sl_send_reply("200", "OK");
}
"""


def start_kamailio():
    config = KAMAILIO.replace("PORT", str(KAMAILIO_PORT)).replace("FOLDER", FOLDER)
    with open(f"{FOLDER}/kamailio.cfg", "w") as out:
        out.write(config)
    server = start("kamailio", "-DD", "-E", "-f", f"{FOLDER}/kamailio.cfg", "-Y", FOLDER, keys=KEYS,
                   stderr=open(f"{FOLDER}/kamailio.log", "w"))
    listens(KAMAILIO_PORT)
    return server


def sipp_calls(count):
    """SIPp calls Kamailio, through socat; what SIPp has written down is what was sent."""
    tunnel = start("socat", f"TCP-LISTEN:{PLAIN_PORT},bind=127.0.0.1,reuseaddr,fork",
                   f"OPENSSL:127.0.0.1:{KAMAILIO_PORT},verify=0", keys=KEYS)
    listens(PLAIN_PORT)
    sipp = start("sipp", "-sn", "uac", "-t", "t1", f"127.0.0.1:{PLAIN_PORT}", "-i", "127.0.0.1", "-m", str(count), "-r", "50", "-d",
                 "100", "-trace_msg", "-message_file", f"{FOLDER}/sipp.log", "-nostdin", cwd=FOLDER)
    if sipp.wait(60) != 0:
        fail("SIPp does not get its calls through")
    children.remove(sipp)
    time.sleep(0.5)
    stop(tunnel)
    sent = []
    with open(f"{FOLDER}/sipp.log", newline="") as log:
        for part in re.split(r"(?m)^-{20,} .*$", log.read())[1:]:
            at = re.search(r"(?m)^(?:SIP/2\.0 |[A-Z]+ sip:)", part)
            text = part[at.start():]
            head, _, body = text.partition("\r\n\r\n") if "\r\n\r\n" in text else text.partition("\n\n")
            size = int(re.search(r"(?im)^content-length:\s*(\d+)", head)[1])
            sent.append((key_of(text), size, head.split()[1 if head.startswith("SIP") else 0]))
    return sent


BARESIP = """module_path /usr/lib/baresip/modules
module account.so
module menu.so
module g711.so
sip_listen 127.0.0.1:0
sip_certificate FOLDER/both.pem
sip_cafile FOLDER/cert.pem
"""


def baresip_registers():
    home = f"{FOLDER}/baresip"
    os.mkdir(home)
    with open(f"{home}/config", "w") as out:
        out.write(BARESIP.replace("FOLDER", FOLDER))
    with open(f"{home}/accounts", "w") as out:
        out.write(f"<sip:alice@127.0.0.1:{KAMAILIO_PORT};transport=tls>;regint=60;auth_pass=x\n")
    open(f"{home}/contacts", "w").close()
    phone = start("baresip", "-f", home, "-t", "3", stdout=open(f"{FOLDER}/baresip.log", "w"), stderr=subprocess.STDOUT)
    phone.wait(20)
    children.remove(phone)


def short(message):
    size = re.search(r"(?im)^content-length:\s*(\d+)", message)
    return (key_of(message), int(size[1]), message.split()[1 if message.startswith("SIP") else 0])


def stacks():
    running = capture("stacks", KAMAILIO_PORT)
    kamailio = start_kamailio()
    sent = sipp_calls(40)
    baresip_registers()
    end_capture(running)
    stop(kamailio)
    found = messages("stacks")
    registers = [text for text in found if " REGISTER" in text]
    if len([text for text in registers if text.startswith("SIP/2.0 200")]) == 0:
        fail("baresip: no REGISTER and its answer are read: " + open(f"{FOLDER}/baresip.log").read()[-800:])
    expect("SIPp and Kamailio", [short(text) for text in found if " REGISTER" not in text], sent)
    if by_tshark("stacks", [KAMAILIO_PORT]) != sorted(key_of(text) for text in found):
        fail("stacks: tshark reads other messages")
    print(f"tls: {len(found)} messages of SIPp, Kamailio and baresip, and tshark reads the same")
    return found


class Packets:
    """A classic capture, packet by packet."""

    def __init__(self, name):
        with open(f"{FOLDER}/captures/{name}.pcap", "rb") as file:
            data = file.read()
        self.head, self.all, at = data[:24], [], 24
        while at < len(data):
            size = struct.unpack("<I", data[at + 8:at + 12])[0]
            self.all.append(data[at:at + 16 + size])
            at += 16 + size

    def payload(self, packet):
        ip = packet[16 + 14:]
        tcp = ip[(ip[0] & 15) * 4:]
        return (struct.unpack(">HH", tcp[:4]), ip[(ip[0] & 15) * 4 + (tcp[12] >> 4) * 4:struct.unpack(">H", ip[2:4])[0]])

    def write(self, name, packets):
        with open(f"{FOLDER}/captures/{name}.pcap", "wb") as out:
            out.write(self.head + b"".join(packets))

    def data(self):
        """Places of packets that are one record of application data, behind the first ones of each direction."""
        seen, places = {}, []
        for place, packet in enumerate(self.all):
            ends, payload = self.payload(packet)
            if len(payload) > 5 and payload[0] == 23 and 5 + struct.unpack(">H", payload[3:5])[0] == len(payload):
                seen[ends] = seen.get(ends, 0) + 1
                if seen[ends] > 6:
                    places.append(place)
        return places


def damaged(whole):
    packets = Packets("stacks")
    data = packets.data()
    lost = set(data[::9])
    packets.write("lost", [one for place, one in enumerate(packets.all) if place not in lost])
    read = messages("lost")
    made_up = [text for text in read if text not in whole]
    # A record that is lost costs its message, and nothing else.
    if made_up or len(read) != len(whole) - len(lost):
        fail(f"loss: {len(lost)} of {len(whole)} messages were lost, {len(read)} are read")
    late = set(data[::5])
    order = sorted(range(len(packets.all)), key=lambda place: place + (1.5 if place in late else 0))
    packets.write("turned", [packets.all[place] for place in order])
    expect("disorder", messages("turned"), whole)
    first = data[0]
    packets.write("midway", packets.all[first:])
    read = messages("midway")
    rest = [text for text in read if text not in whole]
    if rest or len(read) < len(whole) - 60:
        fail(f"midway: {len(read)} of {len(whole)} messages are read")
    without = f"{FOLDER}/no-tuples.log"
    with open(KEYS) as lines, open(without, "w") as out:
        out.writelines(line for line in lines if not line.startswith("#"))
    few = messages("midway", keys=without)
    if len(few) >= len(read) // 2:
        fail("midway: it is read without a tuple, too")
    print(f"tls: {len(lost)} lost records cost {len(lost)} messages, disorder none; {len(read)} are read from the middle on")


def main():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", f"{FOLDER}/key.pem", "-out", f"{FOLDER}/cert.pem"], check=True,
                   capture_output=True)
    with open(f"{FOLDER}/both.pem", "w") as out:
        for name in ("key", "cert"):
            out.write(open(f"{FOLDER}/{name}.pem").read())
    os.chmod(f"{FOLDER}/key.pem", 0o644)
    suites()
    late_keys()
    damaged(stacks())


try:
    main()
finally:
    for child in children:
        child.kill()
