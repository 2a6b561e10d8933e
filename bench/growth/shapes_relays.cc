// Shapes with the control of media relays.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

constexpr Host kProxy{0x0A000003, 43'210};
constexpr Host kRelay{0x0A000004, 22'222};

std::string sdp_text(int i) {
  const std::string port = std::to_string(10'000 + i % 50'000);
  return "v=0\\r\\nc=IN IP4 10.0.0.4\\r\\nt=0 0\\r\\nm=audio " + port + " RTP/AVP 0\\r\\n";
}

// A command and its reply, with SDP in both where `sdp` is one's number.
void tell(Capture& out, int cookie, const std::string& words, int sdp) {
  const std::string head = "1_" + std::to_string(cookie) + " ";
  const std::string with = sdp < 0 ? std::string() : ",\"sdp\":\"" + sdp_text(sdp) + "\"";
  out.udp(kProxy, kRelay, head + "{" + words + with + "}");
  out.udp(kRelay, kProxy, head + "{\"result\":\"ok\"" + with + "}");
}

std::string command(const char* name, int call, const std::string& more = {}) {
  return "\"command\":\"" + std::string(name) + "\",\"call-id\":\"c" + std::to_string(call) +
         "\",\"from-tag\":\"a\"" + more;
}

void sessions(Capture& out, int n) {
  for (int i = 0; i < n; i++) tell(out, i, command("offer", i), i);
}

void sessions_that_end(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    tell(out, 3 * i, command("offer", i), 2 * i);
    tell(out, 3 * i + 1, command("answer", i, ",\"to-tag\":\"b\""), 2 * i + 1);
    tell(out, 3 * i + 2, command("delete", i), -1);
  }
}

// One session, to which a phone is added again and again, and taken away.
void branches(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const std::string branch = ",\"via-branch\":\"b" + std::to_string(i) + "\"";
    tell(out, 2 * i, command("offer", 1, branch), i);
    if (i > 0) tell(out, 2 * i + 1, command("delete", 1, branch), -1);
  }
}

}  // namespace

const std::vector<Shape> kRelayShapes = {
    {"relay-sessions", "sessions of a relay that go on", 16'000, sessions},
    {"relay-deleted", "sessions of a relay that are deleted", 8'000, sessions_that_end},
    {"relay-branches", "phones that ring in one session of a relay", 16'000, branches},
};

}  // namespace sipladder::growth
