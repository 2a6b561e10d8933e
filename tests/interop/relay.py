#!/usr/bin/env python3
"""Sets up calls at the rtpengine of relay.sh, sends RTP through each, and prints the rows that are due."""
import base64
import json
import os
import re
import socket
import struct
import time

HOST = "127.0.0.1"


def bencode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencode(k) + bencode(v) for k, v in value.items()) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    text = value.encode()
    return b"%d:%s" % (len(text), text)


def udp(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((HOST, 0))
    sock.settimeout(5)

    def ask(message):
        sock.sendto(message, (HOST, port))
        return sock.recv(65536)

    return ask


def tcp(port):
    sock = socket.create_connection((HOST, port))
    sock.settimeout(5)

    def ask(message):
        sock.sendall(message)
        time.sleep(0.2)
        return sock.recv(65536)

    return ask


def websocket(port):
    sock = socket.create_connection((HOST, port))
    sock.settimeout(5)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET / HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ng.rtpengine.com\r\n\r\n".encode()
    )
    time.sleep(0.2)
    sock.recv(4096)

    def ask(message):
        mask = os.urandom(4)
        head = bytes([0x82, 0x80 | 126]) + struct.pack(">H", len(message)) + mask
        sock.sendall(head + bytes(c ^ mask[i % 4] for i, c in enumerate(message)))
        time.sleep(0.2)
        frame = sock.recv(65536)
        return frame[4 if frame[1] & 127 == 126 else 2 :]

    return ask


def http(port):
    sock = socket.create_connection((HOST, port))
    sock.settimeout(5)

    def ask(message):
        sock.sendall(
            f"POST /ng HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-rtpengine-ng\r\n"
            f"Content-Length: {len(message)}\r\n\r\n".encode() + message
        )
        time.sleep(0.2)
        return sock.recv(65536).split(b"\r\n\r\n", 1)[1]

    return ask


def sdp(host, port):
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    )


class Ng:
    """ng: the SDP of a command is a party's, that of its reply the relay's."""

    def __init__(self, ask, encode, name):
        self.ask, self.encode, self.name, self.count = ask, encode, name, 0

    def command(self, **words):
        self.count += 1
        words = {key.replace("_", "-"): value for key, value in words.items()}
        message = f"{os.getpid()}_{self.name}_{self.count} ".encode() + self.encode({"call-id": self.name, **words})
        return self.ask(message)

    def port(self, **words):
        return int(re.search(rb"m=audio (\d+)", self.command(**words)).group(1))

    def offer(self, host, port):
        return self.port(from_tag="a", sdp=sdp(host, port), flags=["trust-address"], command="offer")

    def answer(self, host, port):
        return self.port(from_tag="a", to_tag="b", sdp=sdp(host, port), flags=["trust-address"], command="answer")

    def delete(self):
        self.command(from_tag="a", to_tag="b", command="delete")


class Rtpproxy:
    """The commands of rtpproxy."""

    def __init__(self, ask, name):
        self.ask, self.name, self.count = ask, name, 0

    def command(self, words):
        self.count += 1
        return self.ask(f"{os.getpid()}_{self.count} {words}".encode())

    def offer(self, host, port):
        return int(self.command(f"U {self.name} {host} {port} a;1").split()[1])

    def answer(self, host, port):
        return int(self.command(f"L {self.name} {host} {port} a;1 b;1").split()[1])

    def delete(self):
        self.command(f"D {self.name} a b")


def send(sock, port, ssrc):
    for i in range(25):
        header = struct.pack(">BBHII", 0x80, 0, i, i * 160, ssrc)
        sock.sendto(header + bytes([0x55 + i % 9]) * 160, (HOST, port))
        time.sleep(0.01)


def call(relay):
    caller = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    caller.bind(("127.0.0.2", 0))
    callee = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    callee.bind(("127.0.0.3", 0))
    of_caller, of_callee = caller.getsockname()[1], callee.getsockname()[1]
    to_callee = relay.offer("127.0.0.2", of_caller)
    to_caller = relay.answer("127.0.0.3", of_callee)
    send(caller, to_caller, 0xA0)
    send(callee, to_callee, 0xB0)
    relay.delete()
    for party, end, port in (
        ("caller", "party", of_caller),
        ("callee", "relay", to_callee),
        ("callee", "party", of_callee),
        ("caller", "relay", to_caller),
    ):
        print(f"{relay.name},{party},{end},{port}")


def in_json(words):
    return json.dumps(words).encode()


call(Ng(udp(12223), bencode, "udp-bencode"))
call(Ng(udp(12223), in_json, "udp-json"))
call(Ng(tcp(12224), bencode, "tcp-bencode"))  # rtpengine 10.5 answers no JSON there
call(Ng(websocket(12225), bencode, "ws-bencode"))
call(Ng(websocket(12225), in_json, "ws-json"))
call(Ng(http(12225), bencode, "http-bencode"))
call(Ng(http(12225), in_json, "http-json"))
call(Rtpproxy(udp(12226), "rtpproxy"))
