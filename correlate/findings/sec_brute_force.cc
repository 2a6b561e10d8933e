// sec-brute-force: twenty or more refused credentials from one address.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr size_t kMin = 20;

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::string, std::vector<uint32_t>> refused;
  for (const TransactionId id : context.model.transactions.ids()) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || !txn.has_auth) continue;
    const bool no = txn.final_status == 401 || txn.final_status == 407 || txn.final_status == 403;
    if (!no || txn.request_path) continue;
    refused[to_string(context.model.endpoints[txn.src].ip)].push_back(
        context.model.messages[txn.request].frame);
  }
  for (const auto& [address, frames] : refused) {
    if (frames.size() < kMin) continue;
    Finding finding = finding_of(detector);
    finding.evidence.assign(frames.begin(), frames.begin() + 10);
    finding.summary = fmt::format("{} sends wrong credentials {} times", address, frames.size());
    finding.explanation = "Guessing passwords, or a phone with a wrong one that does not give up.";
    finding.remedy = "Block the address or lock the account; see whether it is a phone of yours.";
    finding.rfc = "RFC 3261 26.1";
    report(out, std::move(finding));
  }
}

const Detector detector("sec-brute-force", Severity::warning,
                        "one source sends wrong credentials again and again", check);

}  // namespace
}  // namespace sipladder
