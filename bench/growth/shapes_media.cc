// Shapes with RTP, RTCP, STUN, DTLS and ICMP, and with calls that have them.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

constexpr Host kFrom{kAlice.ip, 10'000};
constexpr Host kTo{kBob.ip, 20'000};
constexpr uint32_t kSpread = 2'654'435'761;  // an odd factor gives each number another SSRC

void call(Capture& out, int i, Host from, Host to) {
  Sip invite;
  invite.branch = std::to_string(i);
  invite.call = "c" + std::to_string(i);
  invite.sdp = sdp_of(from);
  out.udp(kAlice, kBob, invite.text());
  out.udp(kBob, kAlice, invite.answer(200, "b", sdp_of(to)).text());
  Sip ack = invite.as("ACK", "a" + invite.branch, 1);
  ack.to_tag = "b";
  out.udp(kAlice, kBob, ack.text());
}

void talk(Capture& out, Host from, Host to, uint32_t ssrc, uint16_t packets) {
  for (uint16_t i = 0; i < packets; i++)
    out.udp(from, to, Rtp{.ssrc = ssrc, .sequence = i}.bytes());
}

void streams(Capture& out, int n, uint16_t packets) {
  out.step(10'000);
  for (int i = 0; i < n; i++) {
    const auto port = [&] { return static_cast<uint16_t>(10'000 + 2 * (out.random() % 8'192)); };
    const Host from = out.random_host(port());
    talk(out, from, {kAlice.ip, port()}, out.random(), packets);
  }
}
void short_streams(Capture& out, int n) {
  streams(out, n, 1);
}
void longer_streams(Capture& out, int n) {
  streams(out, n, 4);
}

void ssrcs(Capture& out, int n) {
  out.step(10'000);
  for (int i = 0; i < n; i++) talk(out, kFrom, kTo, static_cast<uint32_t>(i) * kSpread, 4);
}
void ssrcs_of_call(Capture& out, int n) {
  call(out, 0, kFrom, kTo);
  ssrcs(out, n);
}

void calls_on_one_port(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    call(out, i, kFrom, kTo);
    talk(out, kFrom, kTo, static_cast<uint32_t>(i) * kSpread, 4);
  }
}

Host media_of(Host host, int i) {
  return {host.ip + 256 + static_cast<uint32_t>(i / 20'000),
          static_cast<uint16_t>(10'000 + 2 * (i % 20'000))};
}

// Calls with one-way audio, for which the questions about audio search for the other direction.
void one_way_calls(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Host from = media_of(kAlice, i), to = media_of(kBob, i);
    call(out, i, from, to);
    out.step(200'000'000);
    talk(out, from, to, static_cast<uint32_t>(i) * kSpread, 60);
    out.step(1'000'000);
  }
}

// An ICMP error about a UDP packet: the port of the destination is not open.
void reject(Capture& out, Host from, Host to) {
  std::string quote = "\x45" + std::string(1, '\0') + big_endian(40, 2) + big_endian(0, 4) +
                      "\x40\x11" + std::string(2, '\0') + big_endian(from.ip, 4) +
                      big_endian(to.ip, 4) + big_endian(from.port, 2) + big_endian(to.port, 2) +
                      big_endian(20, 2) + std::string(2, '\0');
  out.ip(to.ip, from.ip, 1, "\x03\x03" + std::string(6, '\0') + quote);
}
void icmp_errors(Capture& out, int n) {
  for (int i = 0; i < n; i++) reject(out, out.random_host(10'000), out.random_host(20'000));
}
void rejected_calls(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Host from = media_of(kAlice, i), to = media_of(kBob, i);
    call(out, i, from, to);
    out.step(100'000'000);
    for (uint16_t k = 0; k < 60; k++) {
      out.udp(from, to, Rtp{.ssrc = static_cast<uint32_t>(i) * kSpread, .sequence = k}.bytes());
      if (k % 2 == 0) reject(out, from, to);
    }
    out.step(1'000'000);
  }
}
// Requests without an answer, each rejected by an ICMP error.
void rejected_requests(Capture& out, int n) {
  out.step(100'000);
  for (int i = 0; i < n; i++) {
    Sip ping = Sip{}.as("OPTIONS", std::to_string(i), 1);
    ping.call = "c" + std::to_string(i);
    const Host to{kBob.ip + static_cast<uint32_t>(i)};
    out.udp(kAlice, to, ping.text());
    reject(out, kAlice, to);
  }
}

void digits(Capture& out, int n) {
  call(out, 0, kFrom, kTo);
  for (int i = 0; i < n; i++) {
    Rtp event{.sequence = static_cast<uint16_t>(i), .type = 101, .marker = true};
    event.payload = std::string(1, static_cast<char>(i % 16)) + "\x8A" + big_endian(160, 2);
    out.udp(kFrom, kTo, event.bytes());
  }
}

void stun(Capture& out, int n) {
  for (int i = 0; i < n; i++)
    out.udp(out.random_host(3478), {kBob.ip, 3478},
            big_endian(1, 2) + big_endian(0, 2) + big_endian(0x2112A442, 4) +
                big_endian(out.random(), 8) + big_endian(static_cast<uint64_t>(i), 4));
}
void rtcp(Capture& out, int n) {
  for (int i = 0; i < n; i++)
    out.udp(out.random_host(10'001), {kBob.ip, 20'001},
            "\x81\xC9" + big_endian(7, 2) + big_endian(out.random(), 4) +
                big_endian(out.random(), 4) + std::string(20, '\0'));
}
void dtls(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const std::string hello = "\x01" + big_endian(48, 3) + big_endian(0, 5) + big_endian(48, 3) +
                              "\xFE\xFD" + std::string(46, static_cast<char>(i));
    const auto port = static_cast<uint16_t>(10'000 + out.random() % 4'096);
    out.udp(out.random_host(port), {kBob.ip, 20'000},
            "\x16\xFE\xFD" + big_endian(0, 8) + big_endian(hello.size(), 2) + hello);
  }
}

}  // namespace

const std::vector<Shape> kMediaShapes = {
    {"rtp-packets", "streams of one packet", 8'000, short_streams},
    {"rtp-streams", "streams of four packets", 8'000, longer_streams},
    {"rtp-ssrcs", "SSRCs between two ports", 4'000, ssrcs},
    {"rtp-ssrcs-call", "SSRCs of a call", 4'000, ssrcs_of_call},
    {"calls-port", "calls on the same ports", 4'000, calls_on_one_port},
    {"calls-one-way", "calls heard one way", 1'000, one_way_calls},
    {"calls-rejected", "calls whose RTP is rejected", 1'000, rejected_calls},
    {"requests-rejected", "requests that are rejected", 8'000, rejected_requests},
    {"icmp", "ICMP errors", 8'000, icmp_errors},
    {"digits", "digits in a call", 8'000, digits},
    {"stun", "STUN requests", 16'000, stun},
    {"rtcp", "receiver reports", 16'000, rtcp},
    {"dtls", "ClientHellos", 16'000, dtls},
};

}  // namespace sipladder::growth
