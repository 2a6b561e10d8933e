// A header name as it is nearly always written, told by two words: no loop, no call, and a third of
// the instructions of header_id(), which knows all other spellings. Threads: any.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

namespace header_words {

// The letters of a name of at most 15, and zeros behind them.
struct Letters {
  uint64_t low = 0;
  uint64_t high = 0;
};

inline constexpr size_t kLongest = 15;
inline constexpr size_t kSlots = 512;

constexpr size_t slot_of(Letters words) {
  return (words.low + 3 * words.high) * 0x9E3779B97F4A7C15 >> 55;
}

constexpr Letters words_of(std::string_view name) {
  std::array<char, 16> letters{};
  std::copy(name.begin(), name.end(), letters.begin());
  const auto words = std::bit_cast<std::array<uint64_t, 2>>(letters);
  return {words[0], words[1]};
}

struct Row {
  std::string_view name;
  HeaderId id;
};
inline constexpr Row kNames[] = {
#define HEADER(id, name, compact, list, rfc) {name, HeaderId::id}, {compact, HeaderId::id},
#include "decode/sip_headers.def"
#undef HEADER
};

// A name whose slot is taken has none: header_id() finds it.
struct Table {
  std::array<Letters, std::size(kNames) + 1> words{};  // the first one is no name
  std::array<HeaderId, std::size(kNames) + 1> ids{};
  std::array<uint8_t, kSlots> slots{};
  constexpr Table() {
    words[0] = {1, 0};
    size_t count = 1;
    for (const Row& row : kNames) {
      if (row.name.empty() || row.name.size() > kLongest) continue;
      uint8_t& slot = slots[slot_of(words_of(row.name))];
      if (slot != 0) continue;
      words[count] = words_of(row.name);
      ids[count] = row.id;
      slot = static_cast<uint8_t>(count++);
    }
  }
};
inline constexpr Table kTable;

}  // namespace header_words

// The field whose name are the first `size` bytes at `at`, from where 16 bytes can be read;
// `other` also when it is written in another way.
inline HeaderId usual_header_id(const char* at, size_t size) {
  static constexpr auto kMasks = [] {
    std::array<char, header_words::kLongest> ones{};
    ones.fill('\xFF');
    std::array<header_words::Letters, header_words::kLongest + 1> masks{};
    for (size_t i = 0; i <= header_words::kLongest; i++)
      masks[i] = header_words::words_of({ones.data(), i});
    return masks;
  }();
  header_words::Letters words;
  std::memcpy(&words, at, sizeof words);
  words.low &= kMasks[size].low;
  words.high &= kMasks[size].high;
  const size_t found = header_words::kTable.slots[header_words::slot_of(words)];
  const bool same = header_words::kTable.words[found].low == words.low &&
                    header_words::kTable.words[found].high == words.high;
  return same ? header_words::kTable.ids[found] : HeaderId::other;
}

}  // namespace sipladder
