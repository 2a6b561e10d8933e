// txn-glare: a request is answered with 491 because both sides changed the session at once. One
// finding for each glare, with all hops, and with the requests of both sides when both were
// refused.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::txn_glare {
namespace {

extern const Detector detector;

// Requests with 491 that were under way at the same time.
struct Glare {
  TransactionId last_hop;  // of the first request: the hop whose server refused it
  int64_t until_ns = 0;
  std::vector<uint32_t> frames;
};

std::vector<Glare> glares_of(const CallContext& context) {
  std::vector<Glare> glares;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.final_status != 491) continue;
    if (glares.empty() || txn.first_ns > glares.back().until_ns) glares.emplace_back();
    Glare& glare = glares.back();
    if (!glare.last_hop || txn.request_path == glare.last_hop) glare.last_hop = id;
    glare.until_ns = std::max(glare.until_ns, txn.final_response_ns);
    const std::vector<uint32_t> frames = frames_of(context, txn, true);
    glare.frames.insert(glare.frames.end(), frames.begin(), frames.end());
    glare.frames.push_back(context.message(txn.final_response).frame);
  }
  return glares;
}

void check(CallContext& context, CallAnalysis* out) {
  for (Glare& glare : glares_of(context)) {
    const TransactionRecord& txn = context.model.transactions[glare.last_hop];
    Finding finding = finding_of(context, detector, glare.last_hop);
    finding.evidence = std::move(glare.frames);
    finding.summary =
        fmt::format("{} answers {} with 491: both sides changed the session at the same time",
                    endpoint_text(context, txn.dst), to_string(txn.method));
    finding.explanation =
        "The sender waits a random time (2.1 to 4 s for the owner of the Call-ID) and tries again.";
    finding.remedy = "Nothing to do, unless it repeats.";
    finding.rfc = "RFC 3261 14.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-glare", Severity::info,
                        "491 Request Pending: both sides changed the session at once", check);

}  // namespace
}  // namespace sipladder::txn_glare
