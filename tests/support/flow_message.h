// A SIP message as text: its start line, its headers in order, its body; what a stack writes as
// reason phrase and SDP. Knows nothing of the messages before it (flow_sip.h does).
#pragma once

#include <string>

#include "tests/support/flow_line.h"

namespace sipladder::build {

struct Message {
  std::string start;
  Headers headers;
  std::string body;

  std::string* find(const std::string& name);                   // the topmost; null without one
  std::string get(const std::string& name) const;               // the topmost; "" without one
  void set(const std::string& name, const std::string& value);  // "-" removes all of that name
  std::string method() const;                                   // of the CSeq
  bool is_request() const;
  std::string text() const;  // with the Content-Length that is right
};

// "Ringing" of "180".
std::string reason_phrase(const std::string& status);

// The body that sdp= and the words about it ask for, with a version of the o= line where version=
// does not say another.
std::string sdp_body(const Line& line, int version);

}  // namespace sipladder::build
