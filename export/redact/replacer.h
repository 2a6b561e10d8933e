// Replaces words, numbers and addresses in a piece of text, in place and without changing its
// length; or learns them, which comes first.
//
// Threads: one.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "export/redact/address_map.h"
#include "export/redact/pseudonyms.h"

namespace sipladder {

// What of a text stays as it is. Addresses never do.
enum class Keep : uint8_t {
  nothing,
  grammar,              // words of SIP's and SDP's grammar (grammar_words.def)
  grammar_and_numbers,  // these, and numbers
};

class Replacer {
 public:
  Replacer(KeyedHash hash, bool keep_prefix);

  // Until then words and addresses are learned, and nothing changes.
  void begin_replacing();
  bool is_learning() const { return learning_; }

  // Also where characters are written as %XX.
  void text(std::span<char> text, Keep keep);
  // Everything of it is one value: a fingerprint, a key.
  void secret(std::span<char> text) const;
  // Each byte that is neither space nor end of line becomes '0'.
  void blank(std::span<char> text) const;
  void address(uint8_t* bytes, size_t size);  // 4 or 16
  void mac(uint8_t* six_bytes) const;
  char dtmf(char digit) const;  // 0 to 9: always the same other one or itself
  const KeyedHash& hash() const { return hash_; }

  // "original<TAB>replacement" in each line, addresses first.
  std::string map_text() const;
  size_t words() const { return words_.replaced().size(); }
  size_t addresses() const { return addresses_.size(); }
  size_t unavoidable() const { return words_.unavoidable() + shared_addresses_; }

 private:
  size_t replace_address(std::span<char> text, size_t at);
  void replace_word(std::string_view word, std::string* out, Keep keep);
  void replace_plain(std::span<char> text, Keep keep);
  void replace_escaped(std::span<char> text, Keep keep);

  KeyedHash hash_;
  Pseudonyms words_;
  AddressMap map_;
  std::set<IpAddress> addresses_;
  size_t shared_addresses_ = 0;  // replaced by one of the input
  bool learning_ = true;
};

}  // namespace sipladder
