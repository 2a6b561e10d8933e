// Replaces words, numbers and addresses in a piece of text, in place and without changing its
// length. Before begin_replacing() it only learns them, and changes nothing.
//
// Threads: one.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "export/redact/address_map.h"
#include "export/redact/pseudonyms.h"

namespace sipladder {

// Which words of a text stay. Addresses are always replaced.
enum class Keep : uint8_t {
  nothing,
  grammar,                    // words of SIP and SDP (is_grammar())
  grammar_and_other_numbers,  // these, and numbers that are no user that was seen
  grammar_and_numbers,        // these and numbers
};

class Replacer {
 public:
  Replacer(KeyedHash hash, bool keep_prefix);

  // Ends learning: from now on texts are changed.
  void begin_replacing();
  bool is_learning() const { return learning_; }

  // Replaces the words, numbers and addresses of a text. Characters may be written as %XX.
  void text(std::span<char> text, Keep keep);
  // Replaces the user of a URI, and remembers it if it is a number
  // (Keep::grammar_and_other_numbers).
  void user(std::span<char> text);
  // Replaces a text that is one secret value, such as a fingerprint or a key.
  void secret(std::span<char> text) const;
  // Each byte that is neither space nor end of line becomes '0'.
  void blank(std::span<char> text) const;
  void address(uint8_t* bytes, size_t size);  // 4 or 16
  void mac(uint8_t* six_bytes) const;
  char dtmf(char digit) const;  // a permutation of 0 to 9; other characters stay
  const KeyedHash& hash() const { return hash_; }

  // "original<TAB>replacement" in each line, addresses first.
  std::string map_text() const;
  size_t words() const { return words_.replaced().size(); }
  size_t addresses() const { return addresses_.size(); }
  size_t beyond() const { return words_.beyond(); }
  size_t unavoidable() const { return words_.unavoidable() + shared_addresses_; }

 private:
  static constexpr size_t kLeastUser = 5;  // digits; shorter numbers are also codes and counts
  static constexpr size_t kMostUsers = 1 << 20;

  bool keeps(std::string_view word, Keep keep) const;
  size_t replace_address(std::span<char> text, size_t at);
  void replace_word(std::string_view word, std::string* out, Keep keep);
  void replace_plain(std::span<char> text, Keep keep);
  void replace_escaped(std::span<char> text, Keep keep);

  KeyedHash hash_;
  Pseudonyms words_;
  AddressMap map_;
  std::set<IpAddress> addresses_;
  absl::flat_hash_set<std::string> users_;  // those of kLeastUser digits or more
  size_t shared_addresses_ = 0;             // whose replacement is an address of the input too
  bool learning_ = true;
  bool in_user_ = false;  // what is replaced now is the user of a URI
};

}  // namespace sipladder
