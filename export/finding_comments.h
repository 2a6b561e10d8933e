// Findings as comments of the packets that prove them, for a pcapng file.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "correlate/analysis/analysis.h"

namespace sipladder {

// The comments by source and frame. Bounds: kLongestComment bytes for each packet; a text that
// would make the comment longer is left out.
class FindingComments {
 public:
  void add(uint16_t source, uint32_t frame, std::string_view text);
  // Valid until the next add(). Empty: the packet has no comment.
  std::string_view of(const Packet& packet) const;
  size_t size() const { return texts_.size(); }

 private:
  static constexpr size_t kLongestComment = 16'384;
  absl::flat_hash_map<uint64_t, std::string> texts_;
};

// One line, "error CODE: summary", at each frame of a finding's evidence. `calls`: findings of
// these calls only; null: all findings.
FindingComments finding_comments(const Model& model, Analyst& analyst,
                                 const std::vector<CallId>* calls);

}  // namespace sipladder
