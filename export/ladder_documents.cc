#include "export/ladder_documents.h"

#include <algorithm>
#include <set>

namespace sipladder {
namespace {

// The calls of each ladder: each call alone, or all legs of one end-to-end call together.
std::vector<std::vector<CallId>> ladders_of(const ExportRequest& request) {
  std::vector<std::vector<CallId>> ladders;
  if (!request.sessions) {
    for (const CallId call : calls_of(request)) ladders.push_back({call});
    return ladders;
  }
  Legs& legs = request.analyst.legs();
  legs.update();
  std::set<CallId> drawn;
  for (const CallId call : calls_of(request)) {
    if (drawn.insert(legs.session_of(call)).second) ladders.push_back(legs.legs_of(call));
  }
  return ladders;
}

// How many columns fit into the width. The hosts beyond them share the last column.
size_t columns_within(int width) {
  constexpr int kLeft = 8, kLeastSpacing = 2;
  return static_cast<size_t>(std::clamp((width - kLeft) / kLeastSpacing, 2, 64));
}

// Names of --order that fit no host of any ladder.
class Misnamed {
 public:
  explicit Misnamed(const std::vector<std::string>& order) : left_(order.begin(), order.end()) {}

  void note(const Ladder& ladder) {
    const std::set<std::string> unknown(ladder.unknown.begin(), ladder.unknown.end());
    std::erase_if(left_, [&](const std::string& name) { return !unknown.contains(name); });
  }
  std::vector<std::string> sentences() const {
    std::vector<std::string> all;
    for (const std::string& name : left_)
      all.push_back("--order " + name + ": no host of these ladders is called so");
    return all;
  }

 private:
  std::set<std::string> left_;
};

}  // namespace

std::vector<std::string> write_ladders(const ExportRequest& request, const LadderFormat& format,
                                       std::FILE* out) {
  BoundedOutput bounded(request.rows, out);
  LadderOptions wanted = request.ladder;
  if (is_text(format)) wanted.max_columns = columns_within(request.text.width);
  const auto writer = format.make({request.text, wanted.memory, &request}, &bounded);
  Misnamed misnamed(wanted.order);
  bool any = false;
  for (const auto& legs : ladders_of(request)) {
    if (request.model.cancellation.requested()) break;
    const Ladder ladder = build_ladder({request.model, request.log, request.analyst, legs}, wanted);
    misnamed.note(ladder);
    if (!writer->add(ladder) || std::ferror(out) != 0) break;
    any = true;
  }
  writer->end();
  std::vector<std::string> remarks;
  if (any) remarks = misnamed.sentences();
  if (const std::string remark = writer->remark(); !remark.empty()) remarks.push_back(remark);
  return remarks;
}

}  // namespace sipladder
