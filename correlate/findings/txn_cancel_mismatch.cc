// txn-cancel-mismatch: a CANCEL is told from its INVITE by branch, Request-URI, To, From, Call-ID
// and CSeq number (RFC 3261 9.1). One that differs ends nothing: 481, and the phone rings on. Not
// when the INVITE was over, or was ended all the same.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"
#include "correlate/transactions.h"
#include "decode/text.h"

namespace sipladder::txn_cancel_mismatch {
namespace {

extern const Detector detector;

bool is_refused(const TransactionRecord& cancel, int64_t now_ns) {
  if (cancel.final_status != 0) return cancel.final_status >= 300;
  return settle(cancel, now_ns).state == TransactionState::timed_out;
}

bool same_hop(const CallContext& context, const TransactionRecord& a, const TransactionRecord& b) {
  const auto& endpoints = context.model.endpoints;
  return endpoints[a.src].ip == endpoints[b.src].ip && endpoints[a.dst] == endpoints[b.dst];
}

// It rang when the CANCEL came, and still did when that was refused.
bool goes_on(const TransactionRecord& invite, const TransactionRecord& cancel) {
  if (!invite.request || invite.first_ns > cancel.first_ns || invite.provisionals == 0)
    return false;
  if (invite.final_response_ns == 0) return true;
  return invite.final_status != 487 &&
         invite.final_response_ns > std::max(cancel.last_ns, cancel.final_response_ns);
}

// The newest INVITE that is open on this hop.
TransactionId meant_by(const CallContext& context, const TransactionRecord& cancel) {
  TransactionId newest;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == Method::invite && same_hop(context, txn, cancel) && goes_on(txn, cancel))
      newest = id;
  }
  return newest;
}

// What must be alike in both.
struct Identity {
  std::string branch, uri, to, to_tag;
  uint32_t cseq = 0;
};

std::optional<Identity> identity_of(CallContext& context, MessageId id) {
  const MessageRecord& message = context.message(id);
  if (message.truncated || !context.view.load(message)) return std::nullopt;
  const SipIndex& sip = context.view.sip();
  return Identity{std::string(parse_via_key(sip.value(HeaderId::via)).branch),
                  std::string(sip.request_uri),
                  std::string(parse_name_addr(sip.value(HeaderId::to)).uri),
                  std::string(tag_of(sip.value(HeaderId::to))), message.cseq};
}

std::string difference(const Identity& cancel, const Identity& invite) {
  const auto differs = [](std::string_view what, const auto& its, const auto& of_invite) {
    return fmt::format("{} {}, while its INVITE has {}", what, its, of_invite);
  };
  if (cancel.cseq != invite.cseq) return differs("CSeq", cancel.cseq, invite.cseq);
  if (cancel.branch != invite.branch) return differs("the branch", cancel.branch, invite.branch);
  if (cancel.uri != invite.uri) return differs("the Request-URI", cancel.uri, invite.uri);
  if (cancel.to != invite.to) return differs("To", cancel.to, invite.to);
  if (cancel.to_tag == invite.to_tag) return {};
  return differs("the To tag", cancel.to_tag.empty() ? "(none)" : cancel.to_tag,
                 invite.to_tag.empty() ? "none" : invite.to_tag);
}

// A log may leave an address out.
std::string who_rings(const CallContext& context, const TransactionRecord& invite) {
  if (context.model.endpoints[invite.dst].ip.family == 0) return "the phone";
  return endpoint_text(context, invite.dst);
}

std::string rings_on(const CallContext& context, const TransactionRecord& cancel,
                     const TransactionRecord& invite) {
  const bool over = invite.final_response_ns != 0;
  const size_t source = context.message(cancel.request).source;
  const auto& captures = context.model.captures;
  if (source < captures.size() && !captures[source].has_times)
    return fmt::format("and {} rings on", who_rings(context, invite));
  const int64_t until_ns = over ? invite.final_response_ns : context.model.now_ns;
  return fmt::format("and {} rings on for {}{}", who_rings(context, invite),
                     over ? "" : "at least ", seconds_text(until_ns - cancel.first_ns));
}

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& cancel = context.model.transactions[id];
    if (cancel.method != Method::cancel || !cancel.request) continue;
    if (!is_refused(cancel, context.model.now_ns)) continue;
    const TransactionId meant = meant_by(context, cancel);
    if (!meant) continue;
    const auto its = identity_of(context, cancel.request);
    const TransactionRecord& invite = context.model.transactions[meant];
    const auto of_invite = identity_of(context, invite.request);
    if (!its || !of_invite) continue;
    const std::string what = difference(*its, *of_invite);
    if (what.empty()) continue;
    Finding finding = finding_of(context, detector, id);
    finding.evidence.push_back(context.message(invite.request).frame);
    if (cancel.final_response)
      finding.evidence.push_back(context.message(cancel.final_response).frame);
    if (invite.final_response)
      finding.evidence.push_back(context.message(invite.final_response).frame);
    finding.summary = fmt::format(
        "the CANCEL from {} has {} (frame {}): {}, {}", endpoint_text(context, cancel.src), what,
        context.message(invite.request).frame,
        cancel.final_status == 0 ? std::string("it gets no answer")
                                 : fmt::format("it is answered {}", cancel.final_status),
        rings_on(context, cancel, invite));
    finding.explanation =
        "A server finds the INVITE that a CANCEL ends by the branch of its Via, and both must "
        "agree "
        "in Request-URI, To, From, Call-ID and CSeq number.";
    finding.remedy =
        "Look at the sender, and at whatever writes Via or the Request-URI anew on the way.";
    finding.rfc = "RFC 3261 9.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("txn-cancel-mismatch", Severity::error,
                        "a CANCEL that does not name its INVITE: 481, and the phone rings on",
                        check);

}  // namespace
}  // namespace sipladder::txn_cancel_mismatch
