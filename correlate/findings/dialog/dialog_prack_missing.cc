// dialog-prack-missing: a reliable provisional response (RFC 3262) for which no PRACK comes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::dialog_prack_missing {
namespace {

extern const Detector detector;

constexpr int64_t kPatienceNs = 1'000'000'000;  // longer than a PRACK takes to come

// A RAck value: RSeq, CSeq number and method of the response that a PRACK acknowledges (RFC 3262
// 7.2).
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

// The RAck that a response asks for; nullopt when it is not reliable.
std::optional<Rack> asked_by(CallContext& context, const MessageRecord& response) {
  if (!context.view.load(response)) return std::nullopt;
  const SipIndex& sip = context.view.sip();
  const auto rseq = parse_number<uint32_t>(trim(sip.value(HeaderId::rseq)));
  if (!rseq || !requires_100rel(sip)) return std::nullopt;
  return Rack{*rseq, response.cseq, "INVITE"};
}

// The PRACKs of a call, read once. A PRACK that cannot be read may be for any response. A PRACK
// that the callee accepts acknowledges every response before it, whatever its RAck says.
class Pracks {
 public:
  explicit Pracks(CallContext& context) {
    for (const TransactionId id : context.transactions) {
      const TransactionRecord& txn = context.model.transactions[id];
      if (txn.method == Method::prack) add(context, txn);
      if ((txn.method == Method::ack || txn.method == Method::bye) && txn.in_dialog)
        passes_.insert({txn.src.value, txn.dst.value});
    }
  }

  bool match(const MessageRecord& response, const Rack& asked) const {
    return any_unread_ || newest_accepted_ns_ > response.time_ns ||
           racks_.contains(std::tuple(asked.rseq, asked.cseq, std::string(asked.method)));
  }
  // An ACK or BYE of the same sender took this hop, so its PRACK would take it too.
  bool would_pass_here(const TransactionRecord& invite) const {
    return passes_.contains({invite.src.value, invite.dst.value});
  }
  const std::vector<uint32_t>& frames() const { return frames_; }
  const std::string& first_rack() const { return first_rack_; }

 private:
  void add(CallContext& context, const TransactionRecord& txn) {
    const MessageRecord& prack = context.message(txn.first_message);
    const bool readable = txn.request && !prack.truncated && context.view.load(prack);
    const std::string text(readable ? context.view.sip().value(HeaderId::rack) : "");
    const auto rack = rack_of(text);
    any_unread_ = any_unread_ || !rack;
    if (rack) racks_.emplace(rack->rseq, rack->cseq, std::string(rack->method));
    if (txn.succeeded()) newest_accepted_ns_ = std::max(newest_accepted_ns_, txn.final_response_ns);
    if (frames_.empty()) first_rack_ = text;
    frames_.push_back(prack.frame);
    if (txn.final_response) frames_.push_back(context.message(txn.final_response).frame);
  }

  bool any_unread_ = false;
  int64_t newest_accepted_ns_ = INT64_MIN;
  std::set<std::tuple<uint32_t, uint32_t, std::string>> racks_;
  std::set<std::pair<uint32_t, uint32_t>> passes_;  // between whom an ACK or BYE was seen
  std::vector<uint32_t> frames_;
  std::string first_rack_;
};

// Frames of all copies of each reliable response to an INVITE, by its first copy.
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

// There was time for a PRACK. A final response that comes at once makes it needless.
bool is_left_alone(const CallContext& context, const TransactionRecord& invite,
                   const MessageRecord& response) {
  const int64_t until =
      invite.final_response_ns != 0 ? invite.final_response_ns : context.call.end_ns;
  return until - response.time_ns >= kPatienceNs;
}

std::optional<Finding> judge(CallContext& context, const Pracks& pracks, TransactionId id,
                             MessageId response, const std::vector<uint32_t>& frames) {
  const TransactionRecord& invite = context.model.transactions[id];
  const MessageRecord& first = context.message(response);
  const bool missed = is_left_alone(context, invite, first) && pracks.would_pass_here(invite);
  if (frames.size() == 1 && !missed) return std::nullopt;
  const auto asked = asked_by(context, first);
  if (!asked || pracks.match(first, *asked)) return std::nullopt;
  Finding finding = finding_of(context, detector);
  finding.txn = id;
  finding.dialog = first.dialog;
  finding.message = response;
  finding.evidence = frames;
  finding.evidence.insert(finding.evidence.end(), pracks.frames().begin(), pracks.frames().end());
  const std::string why =
      pracks.frames().empty()
          ? std::string("no PRACK comes")
          : fmt::format("no PRACK says \"{} {} {}\", one (frame {}) says \"{}\"", asked->rseq,
                        asked->cseq, asked->method, pracks.frames().front(), pracks.first_rack());
  finding.summary = fmt::format("{} from {} is reliable and was sent {}; {}", first.status,
                                endpoint_text(context, invite.dst), times_text(frames.size()), why);
  finding.explanation =
      "A provisional response with RSeq is repeated until its PRACK, and fails the call after "
      "64*T1.";
  finding.remedy =
      "Capture at the caller. If it sends no PRACK, switch 100rel off there. If it does, compare "
      "its "
      "RAck with RSeq, CSeq number and method of the response, and see whether the PRACK comes to "
      "the Contact of that response.";
  finding.rfc = "RFC 3262 3";
  return finding;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.ring_ns == 0 && context.call.progress_ns == 0) return;
  std::optional<Pracks> pracks;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.provisionals == 0 || txn.request_path) continue;
    for (const auto& [response, frames] : reliable_responses(context, txn)) {
      if (!pracks) pracks.emplace(context);
      if (auto finding = judge(context, *pracks, id, response, frames)) {
        return report(out, std::move(*finding));
      }
    }
  }
}

const Detector detector("dialog-prack-missing", Severity::warning,
                        "a reliable provisional response without PRACK", check);

}  // namespace
}  // namespace sipladder::dialog_prack_missing
