// txn-cancel-mismatch: a CANCEL must have the branch, Request-URI, To, From, Call-ID and CSeq
// number of its INVITE (RFC 3261 9.1). One that differs ends nothing: it gets a 481, and the phone
// rings on. Not when the INVITE was over before, or was ended all the same.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"
#include "decode/text.h"

namespace sipladder::txn_cancel_mismatch {
namespace {

extern const Detector detector;

bool is_refused(const Model& model, const TransactionRecord& cancel) {
  if (cancel.final_status != 0) return cancel.final_status >= 300;
  return state_as_of_now(model, cancel).state == TransactionState::timed_out;
}

// The INVITE was open when the CANCEL came, and still was when the CANCEL was refused.
bool goes_on(const TransactionRecord& invite, const TransactionRecord& cancel) {
  if (!invite.request || invite.first_ns > cancel.first_ns || invite.provisionals == 0)
    return false;
  if (invite.final_response_ns == 0) return true;
  return invite.final_status != 487 &&
         invite.final_response_ns > std::max(cancel.last_ns, cancel.final_response_ns);
}

// INVITEs of a call that got a provisional response, by hop.
class Ringing {
 public:
  explicit Ringing(const CallContext& context) : context_(context) {
    for (const TransactionId id : context.transactions) {
      const TransactionRecord& txn = context.model.transactions[id];
      if (txn.method == Method::invite && txn.request && txn.provisionals != 0)
        by_hop_[hop_of(txn)].push_back(id);
    }
  }

  // The newest open INVITE before this CANCEL on its hop; none when there is none. At most 64 are
  // looked at.
  TransactionId meant_by(const TransactionRecord& cancel) const {
    constexpr int kMostAsked = 64;
    const auto hop = by_hop_.find(hop_of(cancel));
    if (hop == by_hop_.end()) return {};
    const auto& transactions = context_.model.transactions;
    auto id = std::partition_point(hop->second.begin(), hop->second.end(), [&](TransactionId one) {
      return transactions[one].first_ns <= cancel.first_ns;
    });
    for (int asked = 0; id != hop->second.begin() && asked < kMostAsked; asked++) {
      if (goes_on(transactions[*--id], cancel)) return *id;
    }
    return {};
  }

 private:
  using Hop = std::pair<IpAddress, Endpoint>;
  Hop hop_of(const TransactionRecord& txn) const {
    const auto& endpoints = context_.model.endpoints;
    return {endpoints[txn.src].ip, endpoints[txn.dst]};
  }
  const CallContext& context_;
  std::map<Hop, std::vector<TransactionId>> by_hop_;
};

// What a CANCEL must have in common with its INVITE.
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

// The host that rings; "the phone" where a log has no address.
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
  const int64_t until_ns = over ? invite.final_response_ns : watched_until(context.model, cancel);
  return fmt::format("and {} rings on for {}{}", who_rings(context, invite),
                     over ? "" : "at least ", seconds_text(until_ns - cancel.first_ns));
}

void check(CallContext& context, CallAnalysis* out) {
  std::optional<Ringing> ringing;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& cancel = context.model.transactions[id];
    if (cancel.method != Method::cancel || !cancel.request) continue;
    if (!is_refused(context.model, cancel)) continue;
    if (!ringing) ringing.emplace(context);
    const TransactionId meant = ringing->meant_by(cancel);
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
        "Compare the CANCEL with its INVITE on both sides of each proxy: the one that changes Via "
        "or the Request-URI of only one of them is at fault; if nobody does, the sender is.";
    finding.rfc = "RFC 3261 9.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("txn-cancel-mismatch", Severity::error,
                        "a CANCEL that does not name its INVITE: 481, and the phone rings on",
                        check, {.of_same = {"txn-cancel-unanswered", "txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::txn_cancel_mismatch
