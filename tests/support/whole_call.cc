#include "tests/support/whole_call.h"

#include <algorithm>

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

std::string sdp_of(const Party& party) {
  const std::string address = (party.is_ipv6() ? "IN IP6 " : "IN IP4 ") + party.address;
  return "v=0\r\no=- 1 1 " + address + "\r\ns=-\r\nc=" + address + "\r\nt=0 0\r\nm=audio " +
         std::to_string(party.rtp_port) + " RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n";
}

std::string message(const Call& call, const std::string& via, const std::string& start,
                    const std::string& cseq, const std::string& more = "",
                    const std::string& body = "") {
  const bool trying = start.find(" 100 ") != std::string::npos;
  const bool tagged = !trying && start.find("INVITE ") != 0;
  return start + "\r\nVia: SIP/2.0/" + via + " " + call.parties[0].host() +
         ":5062;branch=z9hG4bK-" + cseq.substr(0, cseq.find(' ')) +
         (start.find("ACK ") == 0 ? "a" : "") +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"
         "To: <sip:bob@example.com>" +
         (tagged ? ";tag=b1" : "") + "\r\nCall-ID: whole-call@example.com\r\nCSeq: " + cseq +
         "\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void add_signalling(Call* call, const std::string& via) {
  const std::string uri = "sip:bob@" + call->parties[1].host();
  const auto with_sdp = [&](size_t party) {
    const Party& p = call->parties[party];
    return "Contact: <sip:" + p.name + "@" + p.host() + ":" + std::to_string(p.sip_port) +
           ">\r\nContent-Type: application/sdp\r\n";
  };
  const auto add = [&](int64_t at_ms, size_t from, const std::string& text) {
    call->sent.push_back({kCallStartNs + at_ms * kMillisecond, from, false, text});
  };
  add(0, 0,
      message(*call, via, "INVITE " + uri + " SIP/2.0", "1 INVITE", with_sdp(0),
              sdp_of(call->parties[0])));
  add(5, 1, message(*call, via, "SIP/2.0 100 Trying", "1 INVITE"));
  add(80, 1, message(*call, via, "SIP/2.0 180 Ringing", "1 INVITE"));
  add(900, 1,
      message(*call, via, "SIP/2.0 200 OK", "1 INVITE", with_sdp(1), sdp_of(call->parties[1])));
  add(920, 0, message(*call, via, "ACK " + uri + " SIP/2.0", "1 ACK"));
  add(2300, 0, message(*call, via, "BYE " + uri + " SIP/2.0", "2 BYE"));
  add(2310, 1, message(*call, via, "SIP/2.0 200 OK", "2 BYE"));
}

// 60 packets each way; of the callee's the network loses every tenth, so that the call has a
// finding to keep.
void add_media(Call* call) {
  for (unsigned i = 0; i < 60; i++) {
    for (const size_t from : {size_t{0}, size_t{1}}) {
      if (from == 1 && i % 10 == 5) continue;
      std::string voice;
      for (unsigned k = 0; k < 160; k++) {
        voice += static_cast<char>((i * 160 + k) * 2654435761U >> 24);
      }
      const int64_t at_ms = 930 + int64_t{20} * i + static_cast<int64_t>(from);
      call->sent.push_back({kCallStartNs + at_ms * kMillisecond, from, true,
                            number16(i == 0 ? 0x8088 : 0x8008) + number16(700 + i) +
                                number32(160 * i) + number32(call->parties[from].ssrc) + voice});
    }
  }
}

}  // namespace

Call make_call(const Parties& parties, const std::string& via) {
  Call call{parties, {}};
  add_signalling(&call, via);
  add_media(&call);
  std::stable_sort(call.sent.begin(), call.sent.end(),
                   [](const Sent& a, const Sent& b) { return a.time_ns < b.time_ns; });
  return call;
}

}  // namespace sipladder::build
