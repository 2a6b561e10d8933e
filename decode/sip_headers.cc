// Header and method names.
#include <algorithm>
#include <array>
#include <bit>

#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr HeaderInfo kHeaders[] = {
#define HEADER(id, name, compact, list, rfc) {name, compact, list, rfc},
#include "decode/sip_headers.def"
#undef HEADER
};
constexpr size_t kHeaderCount = static_cast<size_t>(HeaderId::count_);

constexpr std::string_view kMethods[] = {"",          "INVITE",   "ACK",   "BYE",     "CANCEL",
                                         "OPTIONS",   "REGISTER", "PRACK", "UPDATE",  "INFO",
                                         "SUBSCRIBE", "NOTIFY",   "REFER", "MESSAGE", "PUBLISH"};

template <typename Word>
constexpr uint64_t load(const char* at) {
  std::array<char, sizeof(Word)> bytes{};
  std::copy_n(at, sizeof(Word), bytes.begin());
  return std::bit_cast<Word>(bytes);
}

// The first and the last 8 letters of a name of at least two, as words that may overlap. Up to 16
// letters, they are the whole name, which is then compared without a loop or a call.
struct NameWords {
  uint64_t head = 0;
  uint64_t tail = 0;
  bool operator==(const NameWords&) const = default;
};

constexpr NameWords words_of(std::string_view name) {
  const char* const at = name.data();
  const size_t size = name.size();
  if (size >= 8) return {load<uint64_t>(at), load<uint64_t>(at + size - 8)};
  if (size >= 4) return {load<uint32_t>(at) | load<uint32_t>(at + size - 4) << 32, size};
  return {load<uint16_t>(at) | load<uint8_t>(at + size - 1) << 16, size};
}

// The slot where a name is looked for first (open addressing). Upper and lower case give the same.
constexpr size_t kSlots = 512;
constexpr size_t slot_of(const NameWords& words, size_t size) {
  constexpr uint64_t kLowerCase = 0x2020202020202020;
  const uint64_t mixed = (words.head | kLowerCase) * 0x9E3779B97F4A7C15 +
                         ((words.tail | kLowerCase) ^ size) * 0xD6E8FEB86659FD93;
  return mixed >> 55;
}

struct NameTable {
  NameWords words[kHeaderCount] = {};
  uint8_t slots[kSlots] = {};  // 1-based header index
  uint8_t compact[128] = {};
  constexpr NameTable() {
    for (size_t i = 0; i < kHeaderCount; i++) {
      const std::string_view name = kHeaders[i].name;
      words[i] = words_of(name);
      size_t slot = slot_of(words[i], name.size());
      while (slots[slot] != 0) slot = (slot + 1) % kSlots;
      slots[slot] = static_cast<uint8_t>(i + 1);
      if (!kHeaders[i].compact.empty()) {
        compact[static_cast<unsigned char>(kHeaders[i].compact[0])] = static_cast<uint8_t>(i + 1);
      }
    }
  }
};

// Finds names in another case, long names, and names whose slot is taken by another one. A function
// of its own, so that the usual case saves no registers.
[[gnu::noinline]] HeaderId search(const NameTable& table, size_t slot, std::string_view name) {
  for (; table.slots[slot] != 0; slot = (slot + 1) % kSlots) {
    const size_t at = table.slots[slot] - size_t{1};
    if (equal_no_case(kHeaders[at].name, name)) return static_cast<HeaderId>(at);
  }
  return HeaderId::other;
}

}  // namespace

const HeaderInfo& header_info(HeaderId id) {
  return kHeaders[static_cast<size_t>(id)];
}

HeaderId header_id(std::string_view name) {
  static constexpr NameTable table;
  if (name.empty()) return HeaderId::other;
  if (name.size() == 1) {
    const auto letter = static_cast<unsigned char>(lower(name[0]));
    const uint8_t at = letter < 128 ? table.compact[letter] : uint8_t{0};
    return at == 0 ? HeaderId::other : static_cast<HeaderId>(at - 1);
  }
  const NameWords words = words_of(name);
  const size_t slot = slot_of(words, name.size());
  if (table.slots[slot] == 0) return HeaderId::other;
  const size_t first = table.slots[slot] - size_t{1};
  // Nearly all stacks write the canonical name.
  if (words == table.words[first] && name.size() == kHeaders[first].name.size() &&
      name.size() <= 16)
    return static_cast<HeaderId>(first);
  return search(table, slot, name);
}

Method parse_method(std::string_view token) {
  if (token.empty()) return Method::unknown;
  for (size_t i = 1; i < std::size(kMethods); i++) {
    if (kMethods[i][0] == token[0] && kMethods[i] == token) return static_cast<Method>(i);
  }
  return Method::unknown;
}

std::string_view to_string(Method method) {
  return kMethods[static_cast<size_t>(method)];
}

}  // namespace sipladder
