// sdp-no-common-codec: the parties have no codec in common. A refusal (488, 606) is about codecs
// when the offer has audio and no Warning gives another reason; other refusals are told by
// txn-refused. A re-INVITE that is refused is no fault: the session stays as it was.
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/refusal.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::sdp_no_common_codec {
namespace {

extern const Detector detector;

bool shares_one(const AudioSdp& offer, const AudioSdp& answer) {
  if (offer.codecs.empty() || answer.codecs.empty()) return true;
  const absl::flat_hash_set<std::string_view> offered(offer.codecs.begin(), offer.codecs.end());
  return std::any_of(answer.codecs.begin(), answer.codecs.end(),
                     [&](const std::string& name) { return offered.contains(name); });
}

const TransactionRecord* refusal_of(CallContext& context) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == Method::invite && txn.final_status == context.call.final_status)
      return refuses_codecs(context, txn) ? &txn : nullptr;
  }
  return nullptr;
}

void report_refusal(CallContext& context, CallAnalysis* out) {
  const TransactionRecord* const txn = refusal_of(context);
  if (txn == nullptr) return;
  const MessageRecord& response = context.message(txn->final_response);
  Finding finding = finding_of(context, detector);
  finding.txn = response.txn;
  finding.message = txn->final_response;
  finding.evidence = {context.message(txn->request).frame, response.frame};
  const auto warning = context.view.load(response) ? warning_of(context.view.sip()) : std::nullopt;
  const std::string offered = context.view.load(context.message(txn->request))
                                  ? offered_media(context.view.sip()).text
                                  : std::string();
  finding.confidence = warning ? Confidence::certain : Confidence::likely;
  finding.summary =
      fmt::format("{} refuses the offered media with {}: offered is {}{}",
                  endpoint_text(context, txn->dst), txn->final_status, offered,
                  warning ? ", its Warning is " + warning->text : ", and no Warning says why");
  finding.explanation =
      "The callee cannot use any of the formats, or the transport, that were offered.";
  finding.remedy =
      "Allow a codec of the offer (PCMA, PCMU) and the same transport (RTP/AVP or RTP/SAVP) on the "
      "side that refused; a Warning header may say which one it misses.";
  finding.rfc = "RFC 3261 21.4.26";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  const uint16_t status = context.call.final_status;
  if (context.call.kind == CallKind::call && (status == 488 || status == 606) &&
      context.call.answer_ns == 0) {
    return report_refusal(context, out);
  }
  for (const OfferAnswer& pair : context.audio.negotiation.pairs) {
    const AudioSdp& offer = context.audio.negotiation.audio_sdps[pair.offer];
    const AudioSdp& answer = context.audio.negotiation.audio_sdps[pair.answer];
    if (!offer.usable || !answer.usable || answer.payload_types.empty()) continue;
    if (shares_one(offer, answer)) continue;
    Finding finding = finding_of(context, detector);
    finding.message = answer.message;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    finding.summary = fmt::format("the answer (frame {}) shares no codec with the offer (frame {})",
                                  finding.evidence[1], finding.evidence[0]);
    finding.explanation = "An answer must list formats of the offer (RFC 3264 6.1).";
    finding.remedy = "Give both sides a codec in common (PCMA or PCMU), or transcode between them.";
    finding.rfc = "RFC 3264 6.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("sdp-no-common-codec", Severity::error,
                        "the offer was refused for its codecs (488, 606), or the answer shares "
                        "none with it",
                        check);

}  // namespace
}  // namespace sipladder::sdp_no_common_codec
