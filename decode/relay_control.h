// What a SIP proxy tells its media relay, and what that answers: the ng protocol of rtpengine
// (rtpengine.readthedocs.io, "The NG Control Protocol") and the commands of rtpproxy
// (rtpproxy.org/wiki/RTPproxy/Protocol). On a host that relays media alone, this is what names the
// calls.
//
// Lifetime: views point into the parsed bytes, or into *unescaped. Threads: pure functions.
// Errors: what makes no sense is no message; what the capture cut is read as far as it is there.
// Bounds: kMaxRelayMessage, kMaxRelayDepth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decode/address.h"

namespace sipladder {

inline constexpr size_t kMaxRelayMessage = 64 << 10;  // longer ones are no messages
inline constexpr size_t kMaxRelayDepth = 32;          // of lists and dictionaries in each other

enum class RelayProtocol : uint8_t { ng, rtpproxy };
std::string_view to_string(RelayProtocol protocol);

enum class RelayVerb : uint8_t {
  other,   // asks about the relay, or for something else than ports
  offer,   // ng "offer", rtpproxy U
  answer,  // ng "answer", rtpproxy L
  remove,  // ng "delete", rtpproxy D
  reply,   // of the relay
};

// Empty text and no port: not said.
struct RelayControl {
  RelayProtocol protocol = RelayProtocol::ng;
  RelayVerb verb = RelayVerb::other;
  bool refused = false;     // of a reply
  bool warned = false;      // likewise: of an ng command that found nothing to do
  std::string_view cookie;  // the reply has that of the command
  std::string_view call_id;
  std::string_view from_tag;  // of who made the offer, in answers too
  std::string_view to_tag;
  std::string_view via_branch;  // ng: of several phones that ring, which one is meant
  std::string_view sdp;         // ng: of the party in a command, as the relay changed it in a reply
  Endpoint media;               // rtpproxy: likewise; family 0 in a reply: the relay's own address
  uint8_t line = 0;             // rtpproxy: of which m= line, counted from 0
};

// JSON with escapes is unescaped into *unescaped, which must outlive the result. Null: such text
// stays as it is.
std::optional<RelayControl> parse_relay_control(std::string_view bytes, std::string* unescaped);

// By bytes only. The replies of rtpproxy are a cookie and numbers, which prove nothing: they are
// known by the command alone.
bool is_relay_control(std::string_view bytes);
std::optional<RelayControl> parse_rtpproxy_reply(std::string_view bytes);

// Over TCP, ng messages follow each other without a mark between them. `begins_ng`: these may be
// the first bytes of one.
bool begins_ng(std::string_view bytes);
struct NgFrame {
  size_t length = 0;  // of the message at the beginning; 0: more bytes are needed
  bool bad = false;   // there is none
};
NgFrame frame_ng(std::string_view bytes);

}  // namespace sipladder
