#include "correlate/findings/shared/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "correlate/findings/shared/closed_path.h"
#include "correlate/session/thinned.h"
#include "correlate/session/voice_quality.h"

namespace sipladder {

static constexpr const char* kUnnamed = "a host that the log does not name";

std::string endpoint_text(const CallContext& context, EndpointId id) {
  if (context.model.endpoints[id].ip.family == 0) return kUnnamed;
  return to_string(context.model.endpoints[id]);
}

std::string ip_text(const CallContext& context, EndpointId id) {
  if (context.model.endpoints[id].ip.family == 0) return kUnnamed;
  return to_string(context.model.endpoints[id].ip);
}

std::string seconds_text(int64_t duration_ns) {
  return fmt::format("{:.1f} s", static_cast<double>(duration_ns) / 1e9);
}

std::string time_of_day_text(int64_t time_ns) {
  constexpr int64_t kDay_ms = 86'400'000;
  const int64_t ms = ((time_ns / 1'000'000) % kDay_ms + kDay_ms) % kDay_ms;
  return fmt::format("{:02}:{:02}:{:02}.{:03} UTC", ms / 3'600'000, ms / 60'000 % 60,
                     ms / 1000 % 60, ms % 1000);
}

std::string file_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string times_text(size_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

std::string_view party_text(Party party) {
  return party == Party::caller ? "caller" : "callee";
}

std::string_view other_party(Party party) {
  return party == Party::caller ? "callee" : "caller";
}

std::string hears_nothing(const CallContext& context, const AudioDirection& direction) {
  const std::string_view listener = other_party(direction.from);
  if (direction.verdict.lost_from_ns == 0) return fmt::format("{} hears nothing", listener);
  return fmt::format("{} hears nothing more after {}", listener,
                     seconds_text(direction.verdict.lost_from_ns - context.audio.answer_ns));
}

std::string lost_text(const CallContext& context, const AudioDirection& direction) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  if (direction.verdict.lost_from_ns <= stream.first_ns)
    return counted(stream.packets_once(), "packet") + " lost";
  return fmt::format("{} of audio lost",
                     seconds_text(stream.last_ns - direction.verdict.lost_from_ns));
}

std::optional<Endpoint> audio_address(CallContext& context, MessageId id) {
  if (!id || !context.message(id).has_sdp || !context.view.load(context.message(id)))
    return std::nullopt;
  for (const SdpMedia& media : parse_sdp(find_sdp(context.view.sip())).media) {
    const auto ip = parse_ip(media.address);
    if (media.media == "audio" && media.port != 0 && ip && media.candidates.empty())
      return Endpoint{*ip, media.port};
  }
  return std::nullopt;
}

bool capture_dropped(const CallContext& context) {
  const auto& captures = context.model.captures;
  return std::any_of(captures.begin(), captures.end(),
                     [](const SourceInfo& info) { return info.dropped > 0; });
}

// A stream of the other direction has its longest loss at the same time, and its receiver got those
// packets: the capture has a hole. The number of streams that are asked is bounded, because each
// stream asks all.
static bool is_hole_of_both(const CallContext& context, const StreamRecord& stream) {
  constexpr int64_t kAtOnceNs = 500'000'000;
  constexpr size_t kMostAsked = 256;
  const auto& endpoints = context.model.endpoints;
  const std::span<const StreamId> streams = context.streams;
  const auto asked = streams.first(std::min(streams.size(), kMostAsked));
  return std::any_of(asked.begin(), asked.end(), [&](StreamId id) {
    const StreamRecord& back = context.model.streams[id];
    return endpoints[back.src].ip == endpoints[stream.dst].ip &&
           endpoints[back.dst].ip == endpoints[stream.src].ip && back.received_unseen != 0 &&
           std::abs(back.longest_loss_ns - stream.longest_loss_ns) < kAtOnceNs;
  });
}

constexpr uint32_t kMissedByCapture = 10;  // packets that the receiver has all the same

// The receiver got nearly all that is missing here.
static bool is_missed_by_capture(const StreamRecord& stream) {
  return stream.received_unseen >= kMissedByCapture &&
         stream.remote_lost * 10 <= stream.received_unseen;
}

// Of another stream of the call the same point misses about as much, and its receiver has that.
static bool is_beside_missed(const CallContext& context, StreamId id) {
  constexpr size_t kMostAsked = 64;
  const StreamRecord& stream = context.model.streams[id];
  const double loss_pct = figures_of(stream).loss_pct;
  const std::span<const StreamId> streams = context.streams;
  const auto asked = streams.first(std::min(streams.size(), kMostAsked));
  return std::any_of(asked.begin(), asked.end(), [&](StreamId other) {
    const StreamRecord& beside = context.model.streams[other];
    if (other == id || !is_missed_by_capture(beside) || !beside.shares_point_with(stream))
      return false;
    const double beside_pct = figures_of(beside).loss_pct;
    return loss_pct <= 2 * beside_pct && beside_pct <= 2 * loss_pct;
  });
}

// Packets of the same sender that went to another host in between.
static int64_t sent_elsewhere(const CallContext& context, StreamId id) {
  constexpr size_t kMostAsked = 64;
  const StreamRecord& stream = context.model.streams[id];
  int64_t packets = 0;
  const std::span<const StreamId> streams = context.streams;
  for (const StreamId other : streams.first(std::min(streams.size(), kMostAsked))) {
    const StreamRecord& part = context.model.streams[other];
    if (other != id && part.packets < stream.packets && take_turns(stream, part))
      packets += part.packets;
  }
  return packets;
}

// A receiver that has never reported a loss may not count losses, so alone it proves nothing.
NetworkLoss lost_by_network(const CallContext& context, StreamId id) {
  const StreamRecord& stream = context.model.streams[id];
  // A sender on hold may go on counting packets that it does not send, and the capture may pause.
  // What is missing across a pause is then no loss.
  const bool uncovered = context.model.coverage.until(stream.point, stream.longest_gap_from_ns()) <
                         stream.longest_gap_ns;
  const bool paused = uncovered || !context.audio.negotiation.holds.empty();
  const int64_t held = paused ? stream.sequence.pause_lost : 0;
  const int64_t lost =
      std::max<int64_t>(0, figures_of(stream).missing - held - sent_elsewhere(context, id));
  // Then the capture also dropped what is missing since the last report.
  const bool by_capture = is_missed_by_capture(stream);
  const int64_t received = by_capture ? lost : std::min<int64_t>(lost, stream.received_unseen);
  const bool missed_too = stream.has_rtcp && int64_t{stream.remote_lost} * 2 >= lost;
  if (received == 0) return {lost, !missed_too && is_beside_missed(context, id) ? lost : 0};
  const bool counts = stream.remote_lost != 0 || is_hole_of_both(context, stream);
  return counts ? NetworkLoss{lost - received, 0} : NetworkLoss{lost, received};
}

void sort_unique(std::vector<uint32_t>* frames) {
  std::sort(frames->begin(), frames->end());
  frames->erase(std::unique(frames->begin(), frames->end()), frames->end());
}

Finding finding_of(const CallContext& context, const Detector& detector) {
  Finding finding;
  finding.code = detector.code;
  finding.severity = detector.severity;
  finding.call = context.id;
  return finding;
}

Finding finding_of(const CallContext& context, const Detector& detector, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector);
  finding.txn = id;
  finding.dialog = txn.dialog;
  finding.message = txn.first_message;
  finding.evidence = frames_of(context, txn, true);
  return finding;
}

Finding finding_of(const Detector& detector) {
  Finding finding;
  finding.code = detector.code;
  finding.severity = detector.severity;
  return finding;
}

void report(std::vector<Finding>* out, Finding finding) {
  sort_unique(&finding.evidence);
  out->push_back(std::move(finding));
}

void report(CallAnalysis* out, Finding finding) {
  report(&out->findings, std::move(finding));
}

bool is_accepted(const CallContext& context, const MessageRecord& message) {
  if (!message.txn) return false;
  const TransactionRecord& txn = context.model.transactions[message.txn];
  if (!message.is_request()) return txn.acked && message.status >= 200;
  if (txn.kind != TransactionKind::ack_2xx) return txn.succeeded();
  const TransactionRecord* invite = txn.invite ? &context.model.transactions[txn.invite] : nullptr;
  return invite != nullptr && invite->succeeded() && invite->last_ns < message.time_ns;
}

bool loses_audio(const CallContext& context) {
  return context.audio.from_caller.verdict.fault != AudioFault::none ||
         context.audio.from_callee.verdict.fault != AudioFault::none;
}

void add_negotiation_evidence(const CallContext& context, Finding* finding) {
  const Negotiation& negotiation = context.audio.negotiation;
  if (negotiation.pairs.empty()) return;
  const OfferAnswer& pair = negotiation.pairs.back();
  for (const size_t index : {pair.offer, pair.answer}) {
    finding->evidence.push_back(context.message(negotiation.audio_sdps[index].message).frame);
  }
}

std::vector<uint32_t> frames_of(const CallContext& context, const TransactionRecord& txn,
                                bool requests) {
  std::vector<uint32_t> frames;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool wanted =
        requests ? message.is_request() : message.status == txn.final_status && message.status != 0;
    if (wanted && !message.duplicate) frames.push_back(message.frame);
  }
  sort_unique(&frames);
  return frames;
}

// The fault is one of the negotiation, which is the same for both directions.
static bool is_of_both(AudioFault fault) {
  return fault == AudioFault::port_zero || fault == AudioFault::no_answer_sdp ||
         fault == AudioFault::srtp_mismatch || fault == AudioFault::address_family;
}

void report_audio_fault(CallContext& context, AudioFault fault, const Detector& detector,
                        CallAnalysis* out,
                        void (*describe)(CallContext&, const AudioDirection&, Finding*),
                        Party from) {
  for (const AudioDirection* direction : {&context.audio.from_caller, &context.audio.from_callee}) {
    if (direction->verdict.fault != fault || direction->verdict.told_by_other) continue;
    if (from != Party::none && direction->from != from) continue;
    Finding finding = finding_of(context, detector);
    finding.stream = direction->verdict.shown_by;
    finding.message = direction->receiver_sdp;
    if (finding.message) {
      finding.dialog = context.message(finding.message).dialog;
      finding.txn = context.message(finding.message).txn;
      finding.evidence.push_back(context.message(finding.message).frame);
    }
    if (finding.stream)
      finding.evidence.push_back(context.model.streams[finding.stream].first_frame);
    if (context.audio.closed_path) {
      describe_closed_path(context, &finding);
    } else {
      describe(context, *direction, &finding);
    }
    report(out, std::move(finding));
    if (is_of_both(fault)) return;
  }
}

void conclude_unheard(CallAnalysis* out, Party toward, std::string_view code) {
  if (out->audio == Audio::one_way && out->lost_toward == opposite(toward)) {
    out->audio = Audio::none;
    out->lost_toward = Party::none;
    out->lost_toward_both = true;
  } else if (out->audio == Audio::two_way || out->audio == Audio::half_captured) {
    out->audio = Audio::one_way;
    out->lost_toward = toward;
    out->audio_cause = code;
  }
  std::erase_if(out->findings,
                [](const Finding& finding) { return finding.code == "audio-half-captured"; });
}

bool share_network(const IpAddress& a, const IpAddress& b) {
  const size_t same = a.family == 4 ? 3 : 8;
  return a.family == b.family &&
         std::equal(a.bytes.begin(), a.bytes.begin() + same, b.bytes.begin());
}

}  // namespace sipladder
