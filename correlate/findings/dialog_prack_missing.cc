// dialog-prack-missing: a reliable provisional response (RFC 3262) for which no PRACK comes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder::dialog_prack_missing {
namespace {

extern const Detector detector;

constexpr int64_t kPatience_ns = 1'000'000'000;  // more than a PRACK takes

// What it acknowledges: RSeq, number and method of the response (RFC 3262 7.2).
struct Rack {
  uint32_t rseq = 0;
  uint32_t cseq = 0;
  std::string_view method;

  bool operator==(const Rack&) const = default;
};

std::optional<Rack> rack_of(std::string_view text) {
  std::string_view rest = trim(text);
  const auto rseq = parse_number<uint32_t>(cut(&rest, ' '));
  rest = trim(rest);
  const auto cseq = parse_number<uint32_t>(cut(&rest, ' '));
  if (!rseq || !cseq) return std::nullopt;
  return Rack{*rseq, *cseq, trim(rest)};
}

bool requires_100rel(const SipIndex& sip) {
  const auto options = header_values(sip, HeaderId::require);
  return std::any_of(options.begin(), options.end(),
                     [](std::string_view option) { return equal_no_case(trim(option), "100rel"); });
}

// The RAck that it asks for; nullopt of a response that asks for none.
std::optional<Rack> asked_by(CallContext& context, const MessageRecord& response) {
  if (!context.view.load(response)) return std::nullopt;
  const SipIndex& sip = context.view.sip();
  const auto rseq = parse_number<uint32_t>(trim(sip.value(HeaderId::rseq)));
  if (!rseq || !requires_100rel(sip)) return std::nullopt;
  return Rack{*rseq, response.cseq, "INVITE"};
}

struct Pracks {
  bool match = false;
  std::vector<uint32_t> others;  // frames of those that acknowledge something else
  std::string other_rack;        // of the first
};

// A PRACK that cannot be read whole may be the one; what the callee accepts is, whatever it says.
Pracks pracks_for(CallContext& context, const MessageRecord& response, const Rack& asked) {
  Pracks found;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::prack) continue;
    const MessageRecord& prack = context.message(txn.first_message);
    const bool readable = txn.request && !prack.truncated && context.view.load(prack);
    const std::string_view text = readable ? context.view.sip().value(HeaderId::rack) : "";
    const auto rack = rack_of(text);
    const bool accepted = txn.succeeded() && txn.final_response_ns > response.time_ns;
    if (accepted || !rack || *rack == asked) {
      found.match = true;
      return found;
    }
    if (found.others.empty()) found.other_rack = text;
    found.others.push_back(prack.frame);
    if (txn.final_response) found.others.push_back(context.message(txn.final_response).frame);
  }
  return found;
}

// Sent once only: the PRACK may have taken another way, unless the ACK or BYE of its sender came
// this one. Within a moment a final response makes it needless.
bool would_pass_here(const CallContext& context, const TransactionRecord& invite,
                     const MessageRecord& response) {
  const int64_t until =
      invite.final_response_ns != 0 ? invite.final_response_ns : context.call.end_ns;
  if (until - response.time_ns < kPatience_ns) return false;
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return (txn.method == Method::ack || txn.method == Method::bye) &&
                              txn.in_dialog && txn.src == invite.src && txn.dst == invite.dst;
                     });
}

// Frames of each reliable response of an INVITE, by its first copy.
std::map<MessageId, std::vector<uint32_t>> reliable_responses(const CallContext& context,
                                                              const TransactionRecord& invite) {
  std::map<MessageId, std::vector<uint32_t>> responses;
  for (MessageId id = invite.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool provisional = message.status > 100 && message.status < 200;
    if (!provisional || !message.has_rseq || message.duplicate) continue;
    responses[message.original ? message.original : id].push_back(message.frame);
  }
  return responses;
}

std::optional<Finding> judge(CallContext& context, TransactionId id, MessageId response,
                             const std::vector<uint32_t>& frames) {
  const TransactionRecord& invite = context.model.transactions[id];
  const MessageRecord& first = context.message(response);
  if (frames.size() == 1 && !would_pass_here(context, invite, first)) return std::nullopt;
  const auto asked = asked_by(context, first);
  if (!asked) return std::nullopt;
  const Pracks pracks = pracks_for(context, first, *asked);
  if (pracks.match) return std::nullopt;
  Finding finding = finding_of(context, detector);
  finding.txn = id;
  finding.dialog = first.dialog;
  finding.message = response;
  finding.evidence = frames;
  finding.evidence.insert(finding.evidence.end(), pracks.others.begin(), pracks.others.end());
  const std::string why =
      pracks.others.empty()
          ? std::string("no PRACK comes")
          : fmt::format("no PRACK says \"{} {} {}\", one (frame {}) says \"{}\"", asked->rseq,
                        asked->cseq, asked->method, pracks.others.front(), pracks.other_rack);
  finding.summary = fmt::format("{} from {} is reliable and was sent {}; {}", first.status,
                                endpoint_text(context, invite.dst), times_text(frames.size()), why);
  finding.explanation =
      "A provisional response with RSeq is repeated until its PRACK, and fails the call after "
      "64*T1.";
  finding.remedy =
      "The caller must not offer 100rel when it sends no PRACK, and RAck must be RSeq, number and "
      "method of the response; or the PRACK is lost on the way to the Contact of the response.";
  finding.rfc = "RFC 3262 3";
  return finding;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.ring_ns == 0 && context.call.progress_ns == 0) return;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.provisionals == 0 || txn.request_path) continue;
    for (const auto& [response, frames] : reliable_responses(context, txn)) {
      if (auto finding = judge(context, id, response, frames)) {
        return report(out, std::move(*finding));
      }
    }
  }
}

const Detector detector("dialog-prack-missing", Severity::warning,
                        "a reliable provisional response without PRACK", check);

}  // namespace
}  // namespace sipladder::dialog_prack_missing
