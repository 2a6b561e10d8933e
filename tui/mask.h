// Replaces names, numbers and addresses on the screen, for whoever shows the screen to others. The
// same name always gets the same replacement, of the same length and kinds of characters; private
// addresses get private ones. Only the screen changes: saved files, searches and filters use the
// real words.
//
// The replacements stay the same until the program ends. A replacement can happen to be a word of
// the capture; `sipladder redact` makes captures that can be given away.
//
// Threads: one at a time.
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
  // Only before the first toggle(): the key of the replacements, instead of a random one.
  void use_key(std::string key) { key_ = std::move(key); }

  // All of these leave the text as it is while the mask is off. name() takes a text that is only a
  // name, a number, an address with its port, a URI or a Call-ID, and remembers its words.
  std::string name(std::string text);
  // A sentence of the program. Addresses, URIs and words that name() has seen are replaced.
  std::string sentence(std::string text);
  // The cell of a table; `column` tells whether it is a name, a message or a sentence.
  std::string cell(std::string_view column, std::string text);
  // The value of the header `name`, as redact does it: numbers of the protocol stay.
  std::string header(std::string_view name, std::string value);
  // A SIP message, as redact does it.
  std::string message(std::string bytes);

 private:
  void learn(std::string_view name);
  void learn_header(std::string_view name, std::string_view value);
  std::string replaced(std::string_view text);
  std::string replaced_atom(std::string_view atom);

  bool on_ = false;
  std::string key_;
  std::unique_ptr<Replacer> replacer_;  // null before the first toggle()
  std::unique_ptr<SipText> sip_;
  absl::flat_hash_set<std::string> names_;  // words in lower case, kMostNames at most
};

}  // namespace sipladder
