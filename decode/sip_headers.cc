// Header and method names.
#include <cstring>

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

// Open addressing over (length, first and last letter): a name is compared with one or two
// candidates.
constexpr size_t kSlots = 512;
struct NameTable {
  uint8_t slots[kSlots] = {};  // 1-based header index
  uint8_t compact[128] = {};
  constexpr NameTable() {
    for (size_t i = 0; i < kHeaderCount; i++) {
      size_t slot = slot_of(kHeaders[i].name);
      while (slots[slot] != 0) slot = (slot + 1) % kSlots;
      slots[slot] = static_cast<uint8_t>(i + 1);
      if (!kHeaders[i].compact.empty()) {
        compact[static_cast<unsigned char>(kHeaders[i].compact[0])] = static_cast<uint8_t>(i + 1);
      }
    }
  }
  static constexpr size_t slot_of(std::string_view name) {
    // Lower case as far as letters go, without a branch.
    const auto letter = [&](size_t i) {
      return static_cast<size_t>(static_cast<unsigned char>(name[i]) | 0x20U);
    };
    return (name.size() * 37 + letter(0) * 11 + letter(name.size() - 1) * 5 +
            letter(name.size() / 2) * 3) %
           kSlots;
  }
};

// memcmp without the call: names are 2 to 20 bytes long, and loads that overlap need no loop for
// the rest.
bool same_bytes(const char* a, const char* b, size_t size) {
  const auto differs = [&]<typename Word>(Word, size_t at) {
    Word x, y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x != y;
  };
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8) {
      if (differs(uint64_t{}, at)) return false;
    }
    return !differs(uint64_t{}, size - 8);
  }
  if (size >= 4) return !differs(uint32_t{}, 0) && !differs(uint32_t{}, size - 4);
  return !differs(uint16_t{}, 0) && a[size - 1] == b[size - 1];
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
  for (size_t slot = NameTable::slot_of(name); table.slots[slot] != 0; slot = (slot + 1) % kSlots) {
    const size_t at = table.slots[slot] - size_t{1};
    const std::string_view known = kHeaders[at].name;
    // Nearly all stacks write the canonical name.
    if (known.size() != name.size()) continue;
    if (same_bytes(known.data(), name.data(), name.size()) || equal_no_case(known, name)) {
      return static_cast<HeaderId>(at);
    }
  }
  return HeaderId::other;
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
