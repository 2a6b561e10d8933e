// Replaces what a SIP message says about people and hosts, in place, also in malformed messages.
// Lengths, structure and numbers of the protocol stay. Bodies that are not understood are blanked.
//
// Threads: one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "export/redact/replacer.h"
#include "export/redact/sdp_text.h"

namespace sipladder {

class SipText {
 public:
  explicit SipText(Replacer& replacer) : replacer_(replacer), sdp_(replacer) {}

  // `text` may also be a part of a message: its beginning, or what a short capture left of it.
  void message(std::span<char> text);
  // The value of the header `name`.
  void value(std::string_view name, std::span<char> value) { header_value(name, value); }
  uint64_t blanked_bodies() const { return blanked_; }

 private:
  struct Body {
    std::string type, boundary, encoding;
    size_t length = SIZE_MAX;  // by Content-Length
  };
  size_t headers(std::span<char> text, Body* body);
  void start_line(std::span<char> line);
  void header(std::span<char> line, Body* body);
  void header_value(std::string_view name, std::span<char> value);
  void addresses(std::span<char> value);
  void dialog(std::span<char> value);
  void grammar(std::string_view name, std::span<char> value);
  void words(std::span<char> text, Keep plain);
  void cseq(std::span<char> value);
  void via(std::span<char> value);
  void credentials(std::span<char> value);
  void uri(std::span<char> uri);
  void user_and_host(std::span<char> text);
  void user(std::span<char> text);
  void params(std::span<char> text, char separator);
  void param(std::span<char> text, Keep other);
  void body(std::span<char> text, const Body& about, int depth);
  void multipart(std::span<char> text, const std::string& boundary, int depth);
  void dtmf(std::span<char> text);

  Replacer& replacer_;
  SdpText sdp_;
  uint64_t blanked_ = 0;
};

}  // namespace sipladder
