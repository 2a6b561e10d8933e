// audio-hold-not-resumed: the call ends while it is on hold. Not when it ends within 3 s of the
// hold, nor when it was transferred or replaced, for which it was held.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder::audio_hold_not_resumed {
namespace {

extern const Detector detector;

constexpr int64_t kShortNs = 3'000'000'000;

bool is_transferred(const CallContext& context) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.method == Method::refer && txn.final_status < 300;
                     });
}

std::string call_id_of(CallContext& context) {
  if (!context.view.load(context.message(context.call.first_message))) return {};
  return std::string(context.view.sip().value(HeaderId::call_id));
}

// The value of a Replaces: a Call-ID, then its parameters.
bool names_call(std::string_view replaces, std::string_view call_id) {
  return trim(replaces.substr(0, replaces.find(';'))) == call_id;
}

bool names_in_replaces(CallContext& context, const TransactionRecord& txn,
                       const std::string& call_id) {
  const bool may = txn.method == Method::invite || txn.method == Method::refer;
  const bool during = txn.first_ns > context.call.start_ns && txn.first_ns <= context.call.end_ns;
  if (!may || !during || !txn.request || !context.view.load(context.message(txn.request)))
    return false;
  const SipIndex& sip = context.view.sip();
  if (txn.method == Method::invite) return names_call(sip.value(HeaderId::replaces), call_id);
  const NameAddr target = parse_name_addr(sip.value(HeaderId::refer_to));
  const std::string_view headers = parse_uri(target.uri).headers;
  const size_t at = headers.find("eplaces=");
  return at != std::string_view::npos && names_call(unescape(headers.substr(at + 8)), call_id);
}

// Another call takes the place of this one: during this call a Replaces, or a Refer-To with one,
// names its Call-ID (RFC 3891). Only calls with near ids are looked at.
bool is_replaced(CallContext& context) {
  constexpr uint32_t kNear = 32;
  const std::string call_id = call_id_of(context);
  if (call_id.empty()) return false;
  const uint32_t newest = context.model.calls.size();
  const uint32_t first = context.id.value > kNear ? context.id.value - kNear : 1;
  for (uint32_t n = first; n <= std::min(newest, context.id.value + kNear); n++) {
    const CallId id{n};
    if (id == context.id || !context.model.calls.holds(id)) continue;
    for (TransactionId t = context.model.calls[id].first_txn; t;
         t = context.model.transactions[t].next_in_call) {
      if (names_in_replaces(context, context.model.transactions[t], call_id)) return true;
    }
  }
  return false;
}

// The request offers to receive audio again.
bool offers_media(CallContext& context, MessageId id) {
  if (!context.view.load(context.message(id))) return false;
  const Sdp sdp = parse_sdp(find_sdp(context.view.sip()));
  return std::any_of(sdp.media.begin(), sdp.media.end(), [](const SdpMedia& media) {
    return media.media == "audio" && media.port != 0 && !media.hold_address &&
           may_receive(media.direction);
  });
}

// The newest re-INVITE or UPDATE by which the holder wanted to resume, if it was refused. One that
// asks for credentials, or that another one followed, is not the end of the matter.
TransactionId refused_resume(CallContext& context, const Hold& hold) {
  TransactionId newest;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool offer = txn.method == Method::invite || txn.method == Method::update;
    if (!offer || !txn.request || txn.request_path || txn.first_ns <= hold.begin_ns) continue;
    if (context.message(txn.request).from_caller != (hold.by == Party::caller)) continue;
    if (!newest || txn.cseq > context.model.transactions[newest].cseq) newest = id;
  }
  if (!newest) return {};
  const TransactionRecord& txn = context.model.transactions[newest];
  const bool refused = txn.final_status >= 400 && txn.final_status != 401 &&
                       txn.final_status != 407 && txn.final_status != 487 && txn.final_response;
  return refused && offers_media(context, txn.request) ? newest : TransactionId{};
}

// Words for a hold whose end was refused: that, and not the hold, is the fault.
void tell_refusal(const CallContext& context, const Hold& hold, TransactionId id,
                  Finding* finding) {
  const TransactionRecord& txn = context.model.transactions[id];
  const uint32_t asked = context.message(txn.request).frame;
  const uint32_t answer = context.message(txn.final_response).frame;
  finding->txn = id;
  finding->evidence.push_back(asked);
  finding->evidence.push_back(answer);
  finding->summary = fmt::format(
      "the call stays on hold for its last {}: the {} takes the hold (frame {}) back with the {} "
      "of frame {}, and {} refuses that with {} (frame {})",
      seconds_text(hold.end_ns - txn.first_ns), party_text(hold.by),
      context.message(hold.message).frame, to_string(txn.method), asked,
      endpoint_text(context, txn.dst), txn.final_status, answer);
  finding->explanation =
      "An offer that is refused changes nothing (RFC 3261 14.1, RFC 3311 5.2), so the hold "
      "remains.";
  finding->remedy = fmt::format(
      "Compare the offer of frame {} with that of the set-up, which was accepted, and look in the "
      "log of the side that refuses it: why it takes the hold and not its end.",
      asked);
  finding->rfc = "RFC 3261 14.1";
}

void check(CallContext& context, CallAnalysis* out) {
  const auto& holds = context.audio.negotiation.holds;
  const auto open =
      std::find_if(holds.begin(), holds.end(), [](const Hold& hold) { return hold.is_open(); });
  if (open == holds.end() || context.call.bye_ns == 0) return;
  const int64_t held = open->end_ns - open->begin_ns;
  if (held < kShortNs || is_transferred(context) || is_replaced(context)) return;
  Finding finding = finding_of(context, detector);
  finding.message = open->message;
  finding.evidence.push_back(context.message(open->message).frame);
  finding.summary =
      fmt::format("the call ends {} after the {} put it on hold (frame {})", seconds_text(held),
                  party_text(open->by), context.message(open->message).frame);
  finding.explanation = "No later offer gave the media back before the BYE.";
  finding.remedy =
      "Ask the user whether the call was still on hold. If not, look for the re-INVITE that should "
      "have resumed it: was it sent, and answered with 200?";
  finding.rfc = "RFC 3264 8.4";
  if (const TransactionId refused = refused_resume(context, *open))
    tell_refusal(context, *open, refused, &finding);
  report(out, std::move(finding));
}

const Detector detector("audio-hold-not-resumed", Severity::warning,
                        "the call ends while one side still holds", check);

}  // namespace
}  // namespace sipladder::audio_hold_not_resumed
