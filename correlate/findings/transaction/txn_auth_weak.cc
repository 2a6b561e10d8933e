// txn-auth-weak: an MD5 challenge without qop (info); one nonce count used for two requests
// (warning).
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/digest.h"
#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::txn_auth_weak {
namespace {

extern const Detector detector;

constexpr size_t kMaxRequests = 50;

bool is_weak_challenge(CallContext& context, const TransactionRecord& txn) {
  if (!context.view.load(context.message(txn.final_response))) return false;
  const std::string_view challenge = challenge_of(context.view.sip());
  if (digest_param(challenge, "nonce").empty()) return false;
  const std::string_view algorithm = digest_param(challenge, "algorithm");
  const bool md5 = algorithm.empty() || equal_no_case(algorithm, "MD5");
  return md5 && digest_param(challenge, "qop").empty();
}

void check_challenge(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.final_response || (txn.final_status != 401 && txn.final_status != 407) ||
        txn.request_path)
      continue;
    if (!context.message(txn.final_response).no_qop || !is_weak_challenge(context, txn)) return;
    Finding finding = finding_of(context, detector);
    finding.severity = Severity::info;
    finding.txn = id;
    finding.message = txn.final_response;
    finding.evidence = {context.message(txn.final_response).frame};
    finding.summary = fmt::format("{} challenges {} with MD5 and no qop",
                                  endpoint_text(context, txn.dst), endpoint_text(context, txn.src));
    finding.explanation = "Whoever sees the answer can replay it as long as the nonce is good.";
    finding.remedy = "Offer qop=\"auth\", and SHA-256 where the phones know it (RFC 8760).";
    finding.rfc = "RFC 3261 22.4";
    return report(out, std::move(finding));
  }
}

// Requests with credentials; none unless they have at least two CSeq numbers.
std::vector<TransactionId> requests_to_compare(const CallContext& context) {
  std::vector<TransactionId> requests;
  bool differ = false;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.has_auth || txn.request_path || txn.method == Method::ack ||
        txn.method == Method::cancel)
      continue;
    differ = differ ||
             (!requests.empty() && context.model.transactions[requests.front()].cseq != txn.cseq);
    requests.push_back(id);
    if (requests.size() == kMaxRequests) break;
  }
  if (!differ) requests.clear();
  return requests;
}

void check_counts(CallContext& context, CallAnalysis* out) {
  struct Use {
    uint32_t frame, cseq;
    EndpointId src;
  };
  std::map<std::string, Use> seen;  // by nonce, count and cnonce
  for (const TransactionId id : requests_to_compare(context)) {
    const TransactionRecord& txn = context.model.transactions[id];
    const MessageRecord& message = context.message(txn.request);
    if (!context.view.load(message)) continue;
    const std::string_view value = credentials_of(context.view.sip());
    const std::string_view count = digest_param(value, "nc");
    if (count.empty()) continue;
    // A client that draws a new cnonce may begin to count anew.
    const std::string key =
        fmt::format("{} {} {}", digest_param(value, "nonce"), count, digest_param(value, "cnonce"));
    const auto [at, fresh] = seen.emplace(key, Use{message.frame, txn.cseq, txn.src});
    // The same request on another hop is no second use. Nor is one from another host: a B2BUA
    // passes credentials on under a CSeq of its own.
    if (fresh || at->second.cseq == txn.cseq || at->second.src != txn.src) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.message = txn.request;
    finding.evidence = {at->second.frame, message.frame};
    finding.summary = fmt::format("{} from {} uses the nonce count {} of an earlier request again",
                                  to_string(txn.method), endpoint_text(context, txn.src), count);
    finding.explanation = "A server that counts takes it for a replay and refuses it.";
    finding.remedy =
        "Report it to the client's vendor: nc must count up with each request under one nonce.";
    finding.rfc = "RFC 3261 22.4";
    return report(out, std::move(finding));
  }
}

void check(CallContext& context, CallAnalysis* out) {
  check_challenge(context, out);
  check_counts(context, out);
}

const Detector detector("txn-auth-weak", Severity::warning,
                        "MD5 without qop, or a nonce count used twice", check);

}  // namespace
}  // namespace sipladder::txn_auth_weak
