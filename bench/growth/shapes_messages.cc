// Shapes with large messages: one message of n parts, or n messages of 60 kB.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

constexpr size_t kFull = 60'000;  // bytes; a datagram holds hardly more

using Part = std::string (*)(int i);

std::string parts(Part part, int n) {
  std::string text;
  for (int i = 0; i < n; i++) text += part(i);
  return text;
}
std::string full_of(Part part) {
  std::string text;
  for (int i = 0; text.size() < kFull; i++) text += part(i);
  return text;
}

Sip with_headers(std::string headers) {
  Sip sip;
  sip.method = "OPTIONS";
  sip.headers = std::move(headers);
  return sip;
}
void one_message(Capture& out, const Sip& sip) {
  out.tcp_stream(kAlice, kBob, sip.text());
}
void messages(Capture& out, int n, const Sip& sip) {
  for (int i = 0; i < n; i++) {
    Sip message = sip;
    message.call = "c" + std::to_string(i);
    message.branch = std::to_string(i);
    out.udp(kAlice, kBob, message.text());
  }
}

std::string via(int) {
  return "v:SIP/2.0/TCP h\r\n";
}
std::string listed_via(int i) {
  return i == 0 ? "v:SIP/2.0/TCP h" : ",SIP/2.0/TCP h";
}
std::string header(int) {
  return "A:\r\n";
}
std::string fold(int i) {
  return i == 0 ? "X: a" : "\r\n ";
}

void vias(Capture& out, int n) {
  one_message(out, with_headers(parts(via, n)));
}
void via_list(Capture& out, int n) {
  one_message(out, with_headers(parts(listed_via, n) + "\r\n"));
}
void headers(Capture& out, int n) {
  one_message(out, with_headers(parts(header, n)));
}
void folds(Capture& out, int n) {
  one_message(out, with_headers(parts(fold, n) + "a\r\n"));
}
void full_vias(Capture& out, int n) {
  messages(out, n, with_headers(full_of(listed_via) + "\r\n"));
}
void full_headers(Capture& out, int n) {
  messages(out, n, with_headers(full_of(header)));
}
void full_folds(Capture& out, int n) {
  messages(out, n, with_headers(full_of(fold) + "a\r\n"));
}

std::string m_line(int i) {
  return "m=audio " + std::to_string(10'000 + 2 * (i % 20'000)) + " RTP/AVP 0\r\n";
}
std::string attribute(int) {
  return "a=x\r\n";
}
std::string format(int i) {
  return (i == 0 ? "m=audio 10000 RTP/AVP " : " ") + std::to_string(i);
}
std::string candidate(int i) {
  return "a=candidate:1 1 udp " + std::to_string(i) + " 10.1." + std::to_string(i >> 8 & 255) +
         "." + std::to_string(i & 255) + " 4000 typ host\r\n";
}
std::string rtpmap(int i) {
  return "a=rtpmap:" + std::to_string(i) + " c" + std::to_string(i) + "/8000\r\n";
}

// An answered call with this SDP on both sides, and with RTP so that the SDP gets parsed.
void call_with(Capture& out, int i, const std::string& sdp) {
  Sip invite;
  invite.call = "c" + std::to_string(i);
  invite.branch = std::to_string(i);
  invite.sdp = sdp;
  const Host from{kAlice.ip, static_cast<uint16_t>(5060 + i % 1000)};
  out.tcp_stream(from, kBob, invite.text());
  out.tcp_stream({kBob.ip, from.port}, {kAlice.ip, 5060}, invite.answer(200, "b", sdp).text());
  for (uint16_t k = 0; k < 4; k++)
    out.udp({kAlice.ip, 10'000}, {kBob.ip, 10'000}, Rtp{.sequence = k}.bytes());
}
void sdp_lines(Capture& out, int n, Part part) {
  call_with(out, 0, sdp_of({kAlice.ip, 10'000}) + parts(part, n) + "\r\n");
}
void m_lines(Capture& out, int n) {
  sdp_lines(out, n, m_line);
}
void attributes(Capture& out, int n) {
  sdp_lines(out, n, attribute);
}
void formats(Capture& out, int n) {
  sdp_lines(out, n, format);
}
void candidates(Capture& out, int n) {
  sdp_lines(out, n, candidate);
}
void rtpmaps(Capture& out, int n) {
  call_with(out, 0, sdp_of({kAlice.ip, 10'000}) + parts(format, n) + "\r\n" + parts(rtpmap, n));
}
void full_sdps(Capture& out, int n) {
  std::string sdp = sdp_of({kAlice.ip, 10'000});
  for (const Part part : {m_line, attribute, candidate, rtpmap})
    sdp += full_of(part).substr(0, 14'000) + "\r\n";
  for (int i = 0; i < n; i++) call_with(out, i, sdp);
}

}  // namespace

const std::vector<Shape> kMessageShapes = {
    {"vias", "Via lines of a message", 8'000, vias},
    {"via-list", "Vias in one line", 8'000, via_list},
    {"headers", "header lines of a message", 16'000, headers},
    {"folds", "folds of a header", 16'000, folds},
    {"full-vias", "messages full of Vias", 20, full_vias},
    {"full-headers", "messages full of headers", 40, full_headers},
    {"full-folds", "messages full of folds", 40, full_folds},
    {"sdp-media", "m= lines", 8'000, m_lines},
    {"sdp-attributes", "a= lines", 16'000, attributes},
    {"sdp-formats", "formats of an m= line", 16'000, formats},
    {"sdp-candidates", "candidates", 8'000, candidates},
    {"sdp-rtpmaps", "rtpmaps of an m= line", 8'000, rtpmaps},
    {"full-sdps", "calls with SDPs of 60 kB", 20, full_sdps},
};

}  // namespace sipladder::growth
