#include "export/redact/pseudonyms.h"

#include <algorithm>

#include "export/redact/text_kinds.h"

namespace sipladder {
namespace {

constexpr size_t kSuffix = 7;  // digits of a number that identify a subscriber
constexpr unsigned kAttempts = 200;

// The table key of the last digits of a long number. No word begins with '#'.
std::string suffix_key(std::string_view number) {
  return "#" + std::string(number.substr(number.size() - kSuffix));
}

}  // namespace

void Pseudonyms::learn(std::string_view word) {
  std::string small = lower_case(word);
  if (learned_.size() >= most_words_) {
    if (!learned_.contains(small)) beyond_++;
    return;
  }
  if (is_number(small) && small.size() >= kSuffix) learned_.insert(suffix_key(small));
  learned_.insert(std::move(small));
}

// Letters become letters and digits become digits; a word of hexadecimal digits stays one. After
// half of the attempts digits become letters too.
std::string Pseudonyms::draw(const std::string& word, unsigned attempt) const {
  const bool hex = word.size() >= 8 &&
                   std::all_of(word.begin(), word.end(), [](char c) { return hex_value(c) >= 0; });
  const bool mixed = attempt >= kAttempts / 2;
  const std::string drawn = hash_.bytes('w', word + '/' + std::to_string(attempt), word.size());
  std::string result = word;
  for (size_t i = 0; i < word.size(); i++) {
    const auto byte = static_cast<unsigned char>(drawn[i]);
    const bool digit = is_digit(word[i]) && !mixed;
    const int range = digit ? 10 : hex ? 6 : 26;
    result[i] = static_cast<char>((digit ? '0' : 'a') + byte % range);
    // A leading zero changes what a number means.
    if (digit && i == 0 && word[i] != '0' && result[i] == '0') result[i] = '1';
  }
  return result;
}

// The digits before the last seven are replaced on their own, so that a number with another country
// or trunk prefix still ends alike.
std::string Pseudonyms::number_of(const std::string& digits) {
  const std::string key = suffix_key(digits);
  std::string suffix;
  if (const auto found = known_.find(key); found != known_.end()) {
    suffix = found->second;
  } else {
    for (unsigned attempt = 0; attempt < kAttempts; attempt++) {
      suffix = hash_.bytes('n', key + '/' + std::to_string(attempt), kSuffix);
      for (char& c : suffix) c = static_cast<char>('0' + static_cast<unsigned char>(c) % 10);
      if (!is_taken("#" + suffix)) break;
    }
    if (!is_full()) {
      used_.insert("#" + suffix);
      known_.emplace(key, suffix);
    }
  }
  std::string head = digits.substr(0, digits.size() - kSuffix);
  const std::string drawn = hash_.bytes('p', head, head.size());
  const size_t zeros = std::min(head.find_first_not_of('0'), head.size());
  for (size_t i = zeros; i < head.size(); i++)
    head[i] = static_cast<char>('1' + static_cast<unsigned char>(drawn[i]) % 9);
  return head + suffix;
}

std::string Pseudonyms::replacement(const std::string& word) {
  if (is_number(word) && word.size() >= kSuffix) return number_of(word);
  std::string result;
  for (unsigned attempt = 0; attempt < kAttempts; attempt++) {
    result = draw(word, attempt);
    if (!is_taken(result)) return result;
  }
  unavoidable_++;
  return result;
}

std::string Pseudonyms::of(std::string_view word) {
  const std::string small = lower_case(word);
  std::string result;
  if (const auto found = known_.find(small); found != known_.end()) {
    result = found->second;
  } else {
    result = replacement(small);
    if (is_full()) {
      beyond_++;
    } else {
      used_.insert(result);
      known_.emplace(small, result);
    }
  }
  for (size_t i = 0; i < word.size(); i++) {
    const bool capital = word[i] >= 'A' && word[i] <= 'Z';
    if (capital && result[i] >= 'a' && result[i] <= 'z')
      result[i] = static_cast<char>(result[i] - 'a' + 'A');
  }
  return result;
}

std::map<std::string, std::string> Pseudonyms::replaced() const {
  std::map<std::string, std::string> result;
  for (const auto& [word, other] : known_) {
    if (!word.starts_with('#')) result.emplace(word, other);
  }
  return result;
}

}  // namespace sipladder
