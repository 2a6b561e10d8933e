// Replaces words and numbers by others of the same length and the same kinds of characters. The
// same word is always replaced by the same one, in lower and upper case alike. A word is a run of
// ASCII letters, digits and bytes beyond ASCII.
//
// First every word of the input has to be shown to learn(), so that no replacement is a word of the
// input. Numbers that share their last seven digits share them afterwards.
//
// Threads: one. `hash` must outlive this object. Bounds: kMostWords words are learned and
// remembered. With more of them, a replacement may be a word of the input.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <map>
#include <string>
#include <string_view>

#include "export/redact/keyed_hash.h"

namespace sipladder {

class Pseudonyms {
 public:
  explicit Pseudonyms(const KeyedHash& hash) : hash_(hash) {}

  void learn(std::string_view word);
  std::string of(std::string_view word);

  // The replacement of each word that of() was asked for, by the word in lower case.
  std::map<std::string, std::string> replaced() const;
  // How many words got a replacement that is a word of the input, because no other was left.
  size_t unavoidable() const { return unavoidable_; }

 private:
  static constexpr size_t kMostWords = 8'000'000;
  std::string replacement(const std::string& word);
  std::string draw(const std::string& word, unsigned attempt) const;
  std::string number_of(const std::string& digits);
  bool is_taken(const std::string& word) const {
    return learned_.contains(word) || used_.contains(word);
  }

  const KeyedHash& hash_;
  absl::flat_hash_set<std::string> learned_;
  absl::flat_hash_set<std::string> used_;
  absl::flat_hash_map<std::string, std::string> known_;
  size_t unavoidable_ = 0;
};

}  // namespace sipladder
