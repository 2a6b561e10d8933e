// What the headers of a SIP message say about the hop that it takes (RFC 3261 section 18). An
// address that is missing or unreadable is not `known`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/raw_packet.h"

namespace sipladder {

struct MessageHops {
  struct Via {
    RawEndpoint sent_by;
    RawEndpoint seen;  // `received` and `rport` (RFC 3581); what one of them lacks is as in sent_by
    std::string key;   // the same for a request, its responses, its CANCEL and the ACK to a failure
  };
  bool is_request = false;
  int status = 0;         // of a response
  bool invites = false;   // CSeq says INVITE
  std::vector<Via> vias;  // the topmost two
  RawEndpoint route;      // of the first Route value
  RawEndpoint uri;        // of the Request-URI
  RawEndpoint contact;
  bool record_routed = false;
};

// `message` has CRLF as line ends.
MessageHops hops_of(std::string_view message);

}  // namespace sipladder
