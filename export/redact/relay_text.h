// The control of a media relay (decode/relay_control.h) without what it says about people and
// hosts: Call-ID, tags and SDP become what they become in SIP, and nothing else of it is kept. It
// is written anew, and what is left of its length is filled.
//
// Threads: one.
#pragma once

#include <span>
#include <string>

#include "decode/relay_control.h"
#include "export/redact/replacer.h"
#include "export/redact/sdp_text.h"

namespace sipladder {

class RelayText {
 public:
  explicit RelayText(Replacer& replacer) : replacer_(replacer), sdp_(replacer) {}

  // False, and nothing is changed: it is no such message, or would not fit.
  bool message(std::span<char> text);

 private:
  std::string word(std::string_view text, Keep keep);
  std::string ng(const RelayControl& control, bool json);
  std::string rtpproxy(const RelayControl& control);

  Replacer& replacer_;
  SdpText sdp_;
};

}  // namespace sipladder
