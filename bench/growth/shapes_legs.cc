// Shapes with calls that belong together by some header, number or address.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

// Call number i, alternately before and behind a B2BUA.
void leg(Capture& out, int i, const std::string& headers, const std::string& offer,
         const std::string& answer) {
  const uint32_t shift = i % 2 == 0 ? 0 : 1;
  const Host from{kAlice.ip + shift}, to{kBob.ip + shift};
  Sip invite;
  invite.branch = std::to_string(i);
  invite.call = "c" + std::to_string(i);
  invite.from = "4711";
  invite.to = "4712";
  invite.headers = headers;
  invite.sdp = offer;
  out.udp(from, to, invite.text());
  out.udp(to, from, invite.answer(200, "b", answer).text());
}

void same_header(Capture& out, int n, const std::string& line) {
  out.step(200'000);
  for (int i = 0; i < n; i++) leg(out, i, line, {}, {});
}
void session_ids(Capture& out, int n) {
  same_header(
      out, n,
      "Session-ID: 0123456789abcdef0123456789abcdef;remote=" + std::string(32, '0') + "\r\n");
}
void call_ids(Capture& out, int n) {
  same_header(out, n, "X-Call-ID: c0\r\n");
}
void numbers(Capture& out, int n) {
  same_header(out, n, {});
}
void user_to_user(Capture& out, int n) {
  same_header(out, n, "User-to-User: 00\r\n");
}

void next_call_ids(Capture& out, int n) {
  out.step(200'000);
  for (int i = 0; i < n; i++) leg(out, i, "X-Call-ID: c" + std::to_string(i + 1) + "\r\n", {}, {});
}

// n calls, and then calls that each join two neighbours of them, the last two first.
void joined_backwards(Capture& out, int n) {
  out.step(3'000'000'000);
  const auto call = [&](const std::string& id, const std::string& headers) {
    Sip invite;
    invite.branch = invite.call = id;
    invite.headers = headers;
    out.udp(kAlice, kBob, invite.text());
  };
  for (int i = 0; i < n; i++) call("c" + std::to_string(i), {});
  for (int i = n - 1; i > 0; i--)
    call("j" + std::to_string(i),
         "X-Call-ID: c" + std::to_string(i) + "\r\nX-CID: c" + std::to_string(i - 1) + "\r\n");
}

void origins(Capture& out, int n) {
  for (int i = 0; i < n; i++)
    leg(out, i, {}, sdp_of({kAlice.ip, static_cast<uint16_t>(10'000 + 2 * (i % 20'000))}), {});
}
void media_addresses(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const uint64_t version = static_cast<uint64_t>(i);
    leg(out, i, {}, sdp_of({kAlice.ip, 10'000}, version), sdp_of({kBob.ip, 20'000}, version));
  }
}

}  // namespace

const std::vector<Shape> kLegShapes = {
    {"session-ids", "calls with one Session-ID", 8'000, session_ids},
    {"x-call-ids", "calls that name the first one", 8'000, call_ids},
    {"x-call-id-chain", "calls that name the next one", 8'000, next_call_ids},
    {"x-call-id-joins", "calls joined backwards", 8'000, joined_backwards},
    {"numbers", "calls between two numbers", 8'000, numbers},
    {"user-to-user", "calls with one User-to-User", 8'000, user_to_user},
    {"origins", "calls with one o= line", 8'000, origins},
    {"media-addresses", "calls with one media address", 8'000, media_addresses},
};

}  // namespace sipladder::growth
