// Several files: the packets of one capture as two or three points saw them, or as a ring buffer
// was written, with clocks that differ. The bytes behind the last packet choose.
#include "tests/fuzz/capture_mutator.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string files(std::string_view input) {
  const CapturedPackets whole = split_capture(input);
  Choices choices(whole.tail);
  std::vector<CapturedPackets> parts(2 + choices.below(2));
  static constexpr uint32_t kShifts[] = {0, 1, 3600, 0xFFFFFFFF, 86'400};
  std::vector<uint32_t> shifts;
  for (CapturedPackets& part : parts) {
    part.header = whole.header;
    shifts.push_back(choices.of(kShifts));
  }
  const size_t way = choices.below(3);
  for (size_t i = 0; i < whole.packets.size(); i++) {
    for (size_t part = 0; part < parts.size(); part++) {
      const bool one_after_another = i * parts.size() / whole.packets.size() == part;
      const bool seen = way == 0 ? one_after_another : way == 1 ? i % parts.size() == part : true;
      if (!seen || (way == 2 && choices.below(4) == 3)) continue;
      parts[part].packets.push_back(whole.packets[i]);
      parts[part].packets.back().seconds += shifts[part];
    }
  }
  std::vector<std::string> captures;
  for (const CapturedPackets& part : parts) captures.push_back(join_capture(part));
  return examine(captures);
}

}  // namespace sipladder::fuzz
