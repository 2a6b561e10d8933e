// What the headers of a SIP message say about the hop it takes.
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
    RawEndpoint seen;  // received and rport; its port is that of sent_by when only one is there
    std::string key;   // the same for a request, its responses, its CANCEL and its ACK
  };
  bool is_request = false;
  int status = 0;         // of a response
  bool invites = false;   // INVITE stands in CSeq
  std::vector<Via> vias;  // the topmost two
  RawEndpoint route;      // first value
  RawEndpoint uri;        // of the Request-URI
  RawEndpoint contact;
  bool record_routed = false;
};

MessageHops hops_of(std::string_view message);

}  // namespace sipladder
