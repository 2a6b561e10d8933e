// The SIP lines of a flow script (flow_script.h) as messages. What a line leaves out follows from
// the messages before it in its call: Via stack, tags, CSeq, who is caller and who is callee.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/flow_line.h"
#include "tests/support/flow_message.h"

namespace sipladder::build {

struct SentMessage {
  Host src, dst;
  Message message;  // empty when raw
  std::string bytes;
  uint16_t ip_id = 0;
  bool raw = false;
};

struct FlowCall {
  std::string id;
  std::string caller, callee;  // user names; empty before the first request
  std::string caller_tag, callee_tag;
  std::string caller_host;
  std::map<std::string, std::string> host_of_tag;  // the host of each tag that answers put into To
  std::map<std::string, int> cseq;                 // by party
  std::vector<SentMessage> sent;                   // with those that are not in the capture
};

// Lives as long as its script is read.
struct FlowCalls {
  std::map<std::string, FlowCall> calls;    // by Call-ID
  std::string current = "call-1";           // of the last line with call=
  std::map<std::string, int> sdp_versions;  // by the host that writes them
};

// The line's message; nothing when it is unseen. Lines come in the script's order. *ip_id is the
// last one given. *error says why a line makes no sense; nothing is sent then.
std::vector<Payload> sip_payloads(const Line& line, FlowCalls* calls, uint16_t* ip_id,
                                  std::string* error);

}  // namespace sipladder::build
