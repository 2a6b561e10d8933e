#include "correlate/findings/shared/hops.h"

#include <fmt/format.h>

#include <algorithm>

namespace sipladder {
namespace {}  // namespace

Hops::Hops(const CallContext& context) : context_(context) {
  const auto& transactions = context.model.transactions;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = transactions[id];
    if (!txn.request || !txn.request_path) continue;
    const TransactionRecord& before = transactions[txn.request_path];
    after_.emplace(txn.request_path, id);
    forwards_.emplace(before.src, before.dst);
  }
}

std::vector<TransactionId> Hops::last_of(const std::vector<TransactionId>& failed) const {
  std::vector<TransactionId> last;
  for (const TransactionId id : failed) {
    const auto [first, end] = after_.equal_range(id);
    const bool goes_on = std::any_of(first, end, [&](const auto& hop) {
      return std::binary_search(failed.begin(), failed.end(), hop.second);
    });
    if (!goes_on) last.push_back(id);
  }
  return last;
}

void Hops::add_copies_before(TransactionId id, Finding* finding) const {
  int steps = 0;
  for (TransactionId t = context_.model.transactions[id].request_path; t && steps < kMaxForwards;
       steps++) {
    const TransactionRecord& txn = context_.model.transactions[t];
    if (txn.final_status != 0) return;
    for (const uint32_t frame : frames_of(context_, txn, true)) finding->evidence.push_back(frame);
    t = txn.request_path;
  }
}

std::string Hops::what_became_of(TransactionId id, Finding* finding) const {
  const TransactionRecord& txn = context_.model.transactions[id];
  const auto [first, end] = after_.equal_range(id);
  for (auto hop = first; hop != end; ++hop) {
    const TransactionRecord& beyond = context_.model.transactions[hop->second];
    if (beyond.final_status == 0) continue;
    const uint32_t frame = context_.message(beyond.final_response).frame;
    finding->evidence.push_back(frame);
    return fmt::format("{} gets {} from {} (frame {}) and does not pass it on",
                       endpoint_text(context_, txn.dst), beyond.final_status,
                       endpoint_text(context_, beyond.dst), frame);
  }
  if (first == end && forwards_.contains({txn.src, txn.dst})) {
    return fmt::format("{} gets it and does not send it on", endpoint_text(context_, txn.dst));
  }
  return {};
}

}  // namespace sipladder
