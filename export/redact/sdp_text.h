// Replaces what an SDP body (RFC 8866) says about people and hosts, in place. Its length and
// structure stay, and so do numbers of the protocol such as ports and payload types.
//
// Threads: one.
#pragma once

#include <span>

#include "export/redact/replacer.h"

namespace sipladder {

class SdpText {
 public:
  explicit SdpText(Replacer& replacer) : replacer_(replacer) {}

  void body(std::span<char> text);

 private:
  void line(std::span<char> line);
  void origin(std::span<char> value);
  void attribute(std::span<char> value);
  void secret(std::span<char> value, size_t begin);

  Replacer& replacer_;
};

}  // namespace sipladder
