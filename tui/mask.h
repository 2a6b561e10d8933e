// Names, numbers and addresses on the screen replaced by others, for whoever shows it: the same
// one always by the same one, private addresses by private ones, as long and of the same
// characters. What is not shown stays as it is: files that are saved, what a search or filter is
// told.
//
// The same until the program ends, another way the next time. A replacement can be a word of the
// capture: a capture to be given away is what `sipladder redact` makes. Threads: one at a time.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <memory>
#include <string>
#include <string_view>

namespace sipladder {

class Replacer;
class SipText;

class Mask {
 public:
  Mask();
  ~Mask();
  Mask(const Mask&) = delete;
  Mask& operator=(const Mask&) = delete;

  bool is_on() const { return on_; }
  void toggle();
  // Before the first toggle(): instead of a key by chance.
  void use_key(std::string key) { key_ = std::move(key); }

  // All of these leave the text as it is while the mask is off.
  // A name, a number, an address with its port, a URI, a Call-ID.
  std::string name(std::string text);
  // A sentence of the program: addresses and URIs in it, and names that name() was given.
  std::string sentence(std::string text);
  // A cell, by its column.
  std::string cell(std::string_view column, std::string text);
  // A SIP message, as redact does it.
  std::string message(std::string bytes);

 private:
  void learn(std::string_view name);
  std::string replaced(std::string_view text);
  std::string replaced_atom(std::string_view atom);

  bool on_ = false;
  std::string key_;
  std::unique_ptr<Replacer> replacer_;  // since the first toggle()
  std::unique_ptr<SipText> sip_;
  absl::flat_hash_set<std::string> names_;  // words in lower case, kMostNames at most
};

}  // namespace sipladder
