// sdp-no-common-codec: no payload to talk in. A re-INVITE that is refused and falls back is no
// fault.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder::sdp_no_common_codec {
namespace {

extern const Detector detector;

bool shares_one(const SdpStand& offer, const SdpStand& answer) {
  if (offer.codecs.empty() || answer.codecs.empty()) return true;
  return std::any_of(answer.codecs.begin(), answer.codecs.end(), [&](const std::string& name) {
    return std::find(offer.codecs.begin(), offer.codecs.end(), name) != offer.codecs.end();
  });
}

// 415 refuses the type of the body (21.4.13): a plain SDP that it would not accept says codecs.
bool refuses_body(CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 415 || !txn.request) return false;
  if (!context.view.load(context.message(txn.request))) return false;
  return !starts_no_case(context.view.sip().value(HeaderId::content_type), "application/sdp");
}

void report_refusal(CallContext& context, CallAnalysis* out) {
  Finding finding = finding_of(context, detector);
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.final_status != context.call.final_status) continue;
    if (refuses_body(context, txn)) return;
    finding.txn = id;
    finding.message = txn.final_response;
    finding.evidence.push_back(context.message(txn.first_message).frame);
    finding.evidence.push_back(context.message(txn.final_response).frame);
    break;
  }
  finding.summary = fmt::format("the offered media was refused with {}", context.call.final_status);
  finding.explanation =
      "The callee cannot use any of the formats, or the transport, that were offered.";
  finding.remedy =
      "Allow a codec of the offer (PCMA, PCMU) and the same transport (RTP/AVP or RTP/SAVP) on the "
      "side that refused; a Warning header may say which one it misses.";
  finding.rfc = "RFC 3261 21.4.26";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  const bool refused = context.call.final_status == 488 || context.call.final_status == 415 ||
                       context.call.final_status == 606;
  if (context.call.kind == CallKind::call && refused && context.call.answer_ns == 0) {
    return report_refusal(context, out);
  }
  for (const OfferAnswer& pair : context.audio.negotiation.pairs) {
    const SdpStand& offer = context.audio.negotiation.stands[pair.offer];
    const SdpStand& answer = context.audio.negotiation.stands[pair.answer];
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

const Detector detector(
    "sdp-no-common-codec", Severity::error,
    "the offer was refused for its codecs (488, 415, 606), or the answer shares none with it",
    check);

}  // namespace
}  // namespace sipladder::sdp_no_common_codec
