// Replaces words and numbers by others of the same length and the same kinds of characters. The
// same word is always replaced by the same one, in lower and upper case alike. A word is a run of
// ASCII letters, digits and bytes beyond ASCII.
//
// First every word of the input has to be shown to learn(), so that no replacement is a word of the
// input. Numbers that share their last seven digits share them afterwards.
//
// Threads: one. `hash` must outlive this object. Bounds: `most_words` words are learned, and as
// many remembered. A word beyond them still has one replacement, but that may be a word of the
// input that was not learned, or the replacement of another word; beyond() counts how often that
// was so.
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
  static constexpr size_t kMostWords = 8'000'000;
  explicit Pseudonyms(const KeyedHash& hash, size_t most_words = kMostWords)
      : hash_(hash), most_words_(most_words) {}

  void learn(std::string_view word);
  std::string of(std::string_view word);

  // The replacement of each word that of() was asked for, by the word in lower case.
  std::map<std::string, std::string> replaced() const;
  // How many words got a replacement that is a word of the input, because no other was left.
  size_t unavoidable() const { return unavoidable_; }
  // How often a word was met that could not be learned or remembered.
  size_t beyond() const { return beyond_; }

 private:
  std::string replacement(const std::string& word);
  std::string draw(const std::string& word, unsigned attempt) const;
  std::string number_of(const std::string& digits);
  // Replacements depend on those before them only while they are remembered. Words beyond that are
  // drawn anew each time, and must come out alike.
  bool is_full() const { return known_.size() >= most_words_; }
  bool is_taken(const std::string& word) const {
    return learned_.contains(word) || (!is_full() && used_.contains(word));
  }

  const KeyedHash& hash_;
  const size_t most_words_;
  absl::flat_hash_set<std::string> learned_;
  absl::flat_hash_set<std::string> used_;
  absl::flat_hash_map<std::string, std::string> known_;
  size_t unavoidable_ = 0, beyond_ = 0;
};

}  // namespace sipladder
