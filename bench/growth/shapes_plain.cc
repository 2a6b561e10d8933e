// Shapes of usual traffic: calls over a proxy with the headers of real phones, with and without
// RTP. The speed of the program is measured with them.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

constexpr Host kProxy{0x0A0000FE};
constexpr uint16_t kTalkPackets = 500;  // 10 s of 20 ms

// Writes a message between alice and bob on both sides of the proxy.
void relay(Capture& out, Sip sip, bool forth) {
  const Host from = forth ? kAlice : kBob, to = forth ? kBob : kAlice;
  const bool answer = sip.status != 0;
  Sip at_proxy = sip;
  at_proxy.vias = "Via: SIP/2.0/UDP 10.0.0.254:5060;branch=z9hG4bKproxy" + sip.branch + "\r\n";
  at_proxy.headers = "Record-Route: <sip:10.0.0.254;lr>\r\n" + sip.headers;
  out.udp(from, kProxy, (answer ? at_proxy : sip).text());
  out.udp(kProxy, to, (answer ? sip : at_proxy).text());
}

void one_call(Capture& out, int i) {
  const std::string id = std::to_string(i);
  const Host a{kAlice.ip, static_cast<uint16_t>(10'000 + i % 10'000 * 2)};
  const Host b{kBob.ip, static_cast<uint16_t>(30'000 + i % 10'000 * 2)};
  Sip invite;
  invite.branch = "invite" + id;
  invite.call = "3848276298220188511@10.0.0.1-" + id;
  invite.from = "+4930" + std::to_string(1'000'000 + i);
  invite.from_tag = "9fxced76sl" + id;
  invite.to = "+4989" + std::to_string(2'000'000 + i);
  invite.headers =
      "User-Agent: Phone/2.1 (model 7)\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, "
      "REFER\r\n"
      "Supported: replaces, timer, 100rel\r\nSession-Expires: 1800;refresher=uac\r\n";
  invite.sdp = sdp_of(a);
  const std::string tag = "314159" + id;
  relay(out, invite, true);
  out.udp(kProxy, kAlice, invite.answer(100, {}).text());
  relay(out, invite.answer(180, tag), false);
  relay(out, invite.answer(200, tag, sdp_of(b)), false);
  Sip within = invite.as("ACK", "ack" + id, 1);
  within.to_tag = tag;
  relay(out, within, true);
  const Sip bye = within.as("BYE", "bye" + id, 2);
  relay(out, bye, true);
  relay(out, bye.answer(200, tag), false);
}

void calls(Capture& out, int n) {
  for (int i = 0; i < n; i++) one_call(out, i);
}

// A payload that is loud from its first bytes on, as most speech is.
std::string voice(Capture& out) {
  std::string payload(160, '\0');
  for (char& sample : payload) sample = static_cast<char>(out.random() >> 24);
  return payload;
}

// n calls with 10 s of RTP, ten of them at a time.
void talks(Capture& out, int n) {
  constexpr int kAtATime = 10;
  for (int first = 0; first < n; first += kAtATime) {
    for (int i = first; i < first + kAtATime; i++) one_call(out, i);
    out.step(1'000'000);
    for (uint16_t number = 0; number < kTalkPackets; number++) {
      for (int i = first; i < first + kAtATime; i++) {
        const Host a{kAlice.ip, static_cast<uint16_t>(10'000 + i % 10'000 * 2)};
        const Host b{kBob.ip, static_cast<uint16_t>(30'000 + i % 10'000 * 2)};
        const auto ssrc = static_cast<uint32_t>(i) * 2 + 1;
        out.udp(a, b, Rtp{.ssrc = ssrc, .sequence = number, .payload = voice(out)}.bytes());
        out.udp(b, a, Rtp{.ssrc = ssrc + 1, .sequence = number, .payload = voice(out)}.bytes());
      }
    }
  }
}

}  // namespace

const std::vector<Shape> kPlainShapes = {
    {"calls", "calls over a proxy", 2'000, calls},
    {"talks", "calls with 10 s of RTP", 100, talks},
};

}  // namespace sipladder::growth
