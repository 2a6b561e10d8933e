// Findings as comments of the packets that prove them.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "correlate/analysis/analysis.h"

namespace sipladder {

// By source and frame. Bounds: kLongestComment bytes for each packet.
class FindingComments {
 public:
  void add(uint16_t source, uint32_t frame, std::string_view text);
  std::string_view of(const Packet& packet) const;
  size_t size() const { return texts_.size(); }

 private:
  static constexpr size_t kLongestComment = 16'384;
  absl::flat_hash_map<uint64_t, std::string> texts_;
};

// A finding of a call stands at its evidence, in one line: "error CODE: summary". `calls` as in
// ChosenCalls: null for all.
FindingComments finding_comments(const Model& model, Analyst& analyst,
                                 const std::vector<CallId>* calls);

}  // namespace sipladder
