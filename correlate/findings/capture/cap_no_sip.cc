// cap-no-sip: no SIP message is in the capture. Tells what is there instead, and what may hide SIP.
#include <fmt/format.h>

#include <map>
#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_no_sip {
namespace {

extern const Detector detector;

std::string count_text(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// The RTP streams that ICMP errors quote: "; ICMP type 3 code 13 quotes 2 of them".
std::string icmp_text(const Model& model, std::vector<uint32_t>* evidence) {
  std::map<std::pair<uint8_t, uint8_t>, std::set<uint32_t>> quoted;
  for (const IcmpErrorRecord& error : model.icmp_errors) {
    if (!error.ssrc) continue;
    auto& streams = quoted[{error.type, error.code}];
    if (streams.insert(*error.ssrc).second && evidence->size() < 10)
      evidence->push_back(error.frame);
  }
  std::string text;
  for (const auto& [kind, streams] : quoted) {
    text += fmt::format("; ICMP type {} code {} quotes {} of them", kind.first, kind.second,
                        streams.size());
  }
  return text;
}

uint64_t fate_of(const Model& model, Fate fate) {
  return model.accounting.fates[static_cast<size_t>(fate)];
}

// Packets that may hide SIP, in words: "12 TLS records, 3 encrypted 802.11 frames".
std::string hidden_in(const Model& model) {
  std::string text;
  const auto add = [&](Fate fate, std::string_view one, std::string_view many) {
    const uint64_t packets = fate_of(model, fate);
    if (packets == 0) return;
    text += (text.empty() ? "" : ", ") + count_text(packets, one, many);
  };
  add(Fate::tls, "TLS record", "TLS records");
  add(Fate::hep_empty, "HEP packet without a message", "HEP packets without a message");
  add(Fate::tcp_other, "TCP segment that is no SIP", "TCP segments that are no SIP");
  add(Fate::wlan_encrypted, "encrypted 802.11 frame", "encrypted 802.11 frames");
  add(Fate::link_unsupported, "frame of a link type that is not decoded",
      "frames of a link type that is not decoded");
  return text;
}

// Payloads that were recognised, and are neither SIP nor RTP, in words.
std::string other_payloads(const Model& model) {
  std::string text;
  const auto add = [&](PayloadClass kind, std::string_view one, std::string_view many) {
    const uint64_t packets = model.accounting.classes[static_cast<size_t>(kind)];
    if (packets == 0) return;
    text += (text.empty() ? "" : ", ") + count_text(packets, one, many);
  };
  add(PayloadClass::stun, "STUN message", "STUN messages");
  add(PayloadClass::dtls, "DTLS packet", "DTLS packets");
  add(PayloadClass::rtcp, "RTCP packet", "RTCP packets");
  add(PayloadClass::udptl, "fax packet (UDPTL)", "fax packets (UDPTL)");
  add(PayloadClass::other, "UDP packet of another kind", "UDP packets of other kinds");
  return text;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  if (model.accounting.sip_messages != 0 || model.accounting.packets == 0) return;
  Finding finding = finding_of(detector);
  uint32_t streams = 0;
  for (const StreamId id : model.streams.ids()) {
    if (!is_rtp_by_progress(model.streams[id])) continue;
    streams++;
    if (finding.evidence.size() < 10) finding.evidence.push_back(model.streams[id].first_frame);
  }
  finding.summary = "no SIP";
  if (streams != 0) {
    finding.summary +=
        fmt::format("; {}: sipladder streams{}", count_text(streams, "RTP stream", "RTP streams"),
                    icmp_text(model, &finding.evidence));
  }
  const std::string hidden = hidden_in(model);
  if (!hidden.empty()) finding.summary += "; " + hidden;
  const std::string others = streams == 0 ? other_payloads(model) : std::string();
  if (!others.empty()) finding.summary += "; " + others;
  if (streams == 0 && hidden.empty() && others.empty()) {
    finding.summary += fmt::format(" in {}: sipladder stats says what they are",
                                   count_text(model.accounting.packets, "packet", "packets"));
  }
  finding.explanation =
      streams != 0
          ? "Media without its signalling: it is not known whose call it is, nor what was agreed. "
            "A port filter left the SIP out, or it takes another path, or it is encrypted."
          : "A port filter left the SIP out, it takes another path, or it is encrypted.";
  finding.remedy =
      "Capture without a port filter (SIP is not always on 5060, and fragments have no port), "
      "where the signalling passes; for TLS, behind its end point or with the session keys.";
  finding.rfc = "RFC 3261 18";
  report(out, std::move(finding));
}

const Detector detector("cap-no-sip", Severity::info,
                        "the capture holds no SIP: what is there instead", check);

}  // namespace
}  // namespace sipladder::cap_no_sip
