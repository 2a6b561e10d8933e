// sdp-changed-by-hop: a hop changes more of an SDP than addresses, so that it is another offer:
// udptl becomes RTP/AVP, a payload number means another codec where no relay translates, a media
// line goes away. Not for what gateways do on purpose (RTP with and without keys, fewer codecs),
// unless the offer is refused or audio is lost by it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "correlate/findings/shared/support.h"
#include "correlate/session/sdp_hop.h"
#include "decode/text.h"

namespace sipladder::sdp_changed_by_hop {
namespace {

extern const Detector detector;

constexpr int kFirstDynamic = 96;

struct Change {
  std::string before, after;
  bool suspicious = false;  // told even where no harm is seen
  AudioFault explains = AudioFault::none;
  bool of_protocol = false;  // the transport or the kind of media of a line changes
};

// The protocol of an m= line; all profiles of RTP, with or without keys and feedback, are "RTP".
std::string_view family_of(std::string_view proto) {
  if (proto.find("RTP/") != std::string_view::npos) return "RTP";
  return proto;
}

std::string line_text(const SdpMedia& media) {
  std::string text = fmt::format("{} {}", media.media, media.proto);
  for (const SdpFormat& format : media.formats) text += fmt::format(" {}", format.payload);
  return text;
}

// A payload number that means another codec after the hop. It is suspicious where the media address
// stays: then no relay is in between that could translate.
std::optional<Change> changed_type(const SdpMedia& before, const SdpMedia& after) {
  for (const SdpFormat& a : before.formats) {
    const auto number = parse_number<uint8_t>(a.payload);
    if (!number || *number < kFirstDynamic || a.encoding.empty()) continue;
    for (const SdpFormat& b : after.formats) {
      if (a.payload != b.payload || b.encoding.empty() || same_codec(a, b)) continue;
      return Change{fmt::format("payload type {} {}", a.payload, codec_name(a)), codec_name(b),
                    before.address == after.address, AudioFault::codec_mismatch};
    }
  }
  return std::nullopt;
}

// The hop takes away a direction. In mid-call a server may do that on purpose, to hold one side.
bool narrows(SdpDirection before, SdpDirection after) {
  return (may_send(before) && !may_send(after)) || (may_receive(before) && !may_receive(after));
}

std::optional<Change> change_of(const Sdp& before, const Sdp& after, bool begins) {
  const size_t lines = std::min(before.media.size(), after.media.size());
  for (size_t i = 0; i < lines; i++) {
    const SdpMedia& a = before.media[i];
    const SdpMedia& b = after.media[i];
    if (a.port == 0 || b.port == 0) continue;
    if (!equal_no_case(family_of(a.proto), family_of(b.proto)) || !equal_no_case(a.media, b.media))
      return Change{"m=" + line_text(a), "m=" + line_text(b), true, AudioFault::none, true};
    if (const auto type = changed_type(a, b)) return type;
    if (narrows(a.direction, b.direction)) {
      return Change{fmt::format("a={}", to_string(a.direction)),
                    fmt::format("a={}", to_string(b.direction)),
                    a.direction == SdpDirection::sendrecv && begins, AudioFault::none};
    }
  }
  if (before.media.size() == after.media.size()) return std::nullopt;
  return Change{fmt::format("{} media lines", before.media.size()),
                std::to_string(after.media.size()), false};
}

std::optional<Change> change_between(const Model& model, MessageView& view, MessageId before,
                                     MessageId after) {
  if (!view.load(model.messages[before])) return std::nullopt;
  const std::string first(find_sdp(view.sip()));
  if (!view.load(model.messages[after])) return std::nullopt;
  const bool begins = !model.transactions[model.messages[after].txn].in_dialog;
  return change_of(parse_sdp(first), parse_sdp(find_sdp(view.sip())), begins);
}

// The request was refused with a status that can be about its SDP.
bool is_refused(const TransactionRecord& txn) {
  const uint16_t status = txn.final_status;
  return status == 400 || status == 415 || status == 488 || status == 500 || status == 501 ||
         status == 606;
}

// The call is worth reading every SDP on every hop again.
bool is_suspect(const CallContext& context) {
  if (context.call.sdp.other || !context.streams.empty()) return true;
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.request_path && txn.method == Method::invite && is_refused(txn);
                     });
}

// Fills in words and evidence; `finding` has the call already. It becomes an error when the SDP was
// refused or audio is lost.
Finding describe(const Model& model, Finding finding, MessageId before_id, MessageId after_id,
                 const Change& change, bool refused, bool lost) {
  const MessageRecord& before = model.messages[before_id];
  const MessageRecord& after = model.messages[after_id];
  const TransactionRecord& txn = model.transactions[after.txn];
  const std::string hop = to_string(model.endpoints[after.src]);
  finding.message = after_id;
  finding.evidence = {before.frame, after.frame};
  if (refused || lost) finding.severity = Severity::error;
  std::string follows = lost ? "; audio is lost in this call" : "";
  if (refused) {
    finding.evidence.push_back(model.messages[txn.final_response].frame);
    follows = fmt::format("; {} answers {}", to_string(model.endpoints[txn.dst]), txn.final_status);
  }
  finding.summary = fmt::format("{} changes {} (frame {}) into {} (frame {}){}", hop, change.before,
                                before.frame, change.after, after.frame, follows);
  finding.explanation =
      "Offer and answer describe one session end to end. A hop may put in its own addresses; what "
      "else it changes, both ends understand differently.";
  finding.remedy = fmt::format(
      "Look at what rewrites SDP on {} (rtpengine, rtpproxy, ALG, SBC profile); ladder --sdp shows "
      "both sides.",
      hop);
  finding.rfc = "RFC 3264 5";
  return finding;
}

void check(CallContext& context, CallAnalysis* out) {
  if (!is_suspect(context)) return;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.has_sdp) continue;
    const MessageId before = hop_before(context.model, message);
    if (!before || !context.message(before).has_sdp) continue;
    const TransactionRecord& txn = context.model.transactions[message.txn];
    const bool refused = message.is_request() && is_refused(txn);
    const auto change = change_between(context.model, context.view, before, id);
    if (!change) continue;
    const bool lost = change->explains != AudioFault::none &&
                      (context.audio.from_caller.verdict.fault == change->explains ||
                       context.audio.from_callee.verdict.fault == change->explains);
    if (!refused && !lost && !change->suspicious) continue;
    return report(out, describe(context.model, finding_of(context, detector, message.txn), before,
                                id, *change, refused, lost));
  }
}

constexpr size_t kMaxLegs = 16;
constexpr size_t kMostRead = 2000;  // refused offers whose SDP is compared

// The INVITE with SDP by which another leg asked the host that sent the refused request, and whose
// answer it awaited meanwhile; none when there is none.
MessageId asked_on_leg(const Model& model, CallId leg, const TransactionRecord& refused) {
  for (TransactionId t = model.calls[leg].first_txn; t; t = model.transactions[t].next_in_call) {
    const TransactionRecord& txn = model.transactions[t];
    const bool waits = txn.first_ns <= refused.first_ns &&
                       (txn.final_response_ns == 0 || txn.final_response_ns >= refused.first_ns);
    if (txn.method == Method::invite && txn.request && model.messages[txn.request].has_sdp &&
        waits && model.endpoints[txn.dst].ip == model.endpoints[refused.src].ip)
      return txn.request;
  }
  return {};
}

void check_refused(CaptureContext& context, TransactionId id, std::vector<Finding>* out) {
  const Model& model = context.model;
  const TransactionRecord& txn = model.transactions[id];
  if (context.legs.reason_of(txn.call) == JoinReason::none) return;
  const std::vector<CallId> legs = context.legs.legs_of(txn.call);
  if (legs.size() > kMaxLegs) return;
  for (const CallId leg : legs) {
    if (leg == txn.call) continue;
    const MessageId asked = asked_on_leg(model, leg, txn);
    if (!asked) continue;
    const auto change = change_between(model, context.view, asked, txn.request);
    if (!change || !change->of_protocol) continue;
    Finding finding = finding_of(detector);
    finding.call = txn.call;
    finding.txn = id;
    finding.explains = {leg, txn.call};
    return report(out,
                  describe(model, std::move(finding), asked, txn.request, *change, true, false));
  }
}

// The combination of plain RTP, secure RTP and other protocols in an SDP, as one bit of eight.
uint8_t protocols_of(const SdpGlance& sdp) {
  const int kind = (sdp.plain ? 1 : 0) | (sdp.secure ? 2 : 0) | (sdp.other ? 4 : 0);
  return static_cast<uint8_t>(1 << kind);
}

// Which protocols each host was offered. Only a host that was offered another protocol than it
// offers can have changed it. This saves finding the legs of all calls, which reads each of them.
class AskedFor {
 public:
  explicit AskedFor(const Model& model) : model_(model) {
    for (const TransactionId id : model.transactions.ids()) {
      const TransactionRecord& txn = model.transactions[id];
      if (txn.method != Method::invite || !txn.request) continue;
      const MessageRecord& request = model.messages[txn.request];
      if (request.has_sdp) of_host_[model.endpoints[txn.dst].ip] |= protocols_of(request.sdp);
    }
  }
  bool another_than(const TransactionRecord& txn) const {
    const auto found = of_host_.find(model_.endpoints[txn.src].ip);
    const SdpGlance& own = model_.messages[txn.request].sdp;
    // The glance does not tell the protocols of fax and video lines apart.
    return found != of_host_.end() && (own.other || (found->second & ~protocols_of(own)) != 0);
  }

 private:
  const Model& model_;
  std::map<IpAddress, uint8_t> of_host_;
};

// Checks the legs of B2BUAs. A B2BUA has a call of its own towards each party and may offer there
// what it likes, so only a change of protocol that is refused is told.
void check_legs(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  size_t read = 0;
  std::optional<AskedFor> asked_for;
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method != Method::invite || !txn.request || txn.request_path || !txn.final_response ||
        !is_refused(txn) || !model.messages[txn.request].has_sdp)
      continue;
    if (!asked_for) asked_for.emplace(model);
    if (!asked_for->another_than(txn)) continue;
    if (read++ == 0) context.legs.update();
    if (read > kMostRead) return;
    check_refused(context, id, out);
  }
}

const Detector detector("sdp-changed-by-hop", Severity::warning,
                        "a hop changes more of an SDP than addresses: protocol, media lines, what "
                        "a payload number means (error when the call suffers)",
                        check, check_legs,
                        {.of_same = {"sdp-no-common-codec", "txn-refused"},
                         .in_calls = {"txn-refused", "sdp-no-common-codec"}});

}  // namespace
}  // namespace sipladder::sdp_changed_by_hop
