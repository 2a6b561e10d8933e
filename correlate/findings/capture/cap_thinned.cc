// cap-thinned: packets that were on the wire are not in the file, because it was filtered, sampled
// or cut down. RTP sequence numbers run on at the usual rate while few packets are here, or a
// receiver acknowledged TCP bytes that are not here. Nothing is concluded from what such a file
// lacks.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/findings/shared/support.h"
#include "correlate/session/thinned.h"
#include "correlate/session/voice_quality.h"

namespace sipladder::cap_thinned {
namespace {

extern const Detector detector;

constexpr uint32_t kMinPackets = 10;

using Hosts = std::pair<IpAddress, IpAddress>;

Hosts hosts_of(const Model& model, const StreamRecord& stream) {
  return std::minmax(model.endpoints[stream.src].ip, model.endpoints[stream.dst].ip);
}

// Streams that were thinned out, as is_thinned() decides it for a call. A stream with few packets
// is a loss where another stream between the same hosts has nearly all of its packets.
std::vector<StreamId> thinned_streams(const Model& model) {
  std::vector<StreamId> candidates;
  for (const StreamId id : model.streams.ids()) {
    // So few packets may only look like RTP.
    const StreamRecord& stream = model.streams[id];
    if (stream.packets >= kMinPackets && thinned_of(stream) != Thinned::no)
      candidates.push_back(id);
  }
  if (candidates.empty()) return candidates;
  std::set<Hosts> whole;
  for (const StreamId id : model.streams.ids()) {
    const StreamRecord& stream = model.streams[id];
    if (is_mostly_here(stream)) whole.insert(hosts_of(model, stream));
  }
  std::erase_if(candidates, [&](StreamId id) {
    const StreamRecord& stream = model.streams[id];
    return thinned_of(stream) == Thinned::few && whole.contains(hosts_of(model, stream));
  });
  return candidates;
}

std::string rtp_text(const Model& model, Finding* finding) {
  uint32_t streams = 0;
  int64_t here = 0, expected = 0;
  for (const StreamId id : thinned_streams(model)) {
    const StreamRecord& stream = model.streams[id];
    const StreamFigures figures = figures_of(stream);
    streams++;
    expected += figures.expected;
    here += figures.expected - figures.missing;
    if (finding->evidence.size() < kShownFrames) finding->evidence.push_back(stream.first_frame);
  }
  if (streams == 0) return {};
  return fmt::format(
      "of {} RTP {} {} of {} packets are here: their sequence numbers and timestamps run on at the "
      "usual rate",
      streams, streams == 1 ? "stream" : "streams", here, expected);
}

std::string tcp_text(const Model& model, Finding* finding) {
  const uint64_t gaps = model.oddities[static_cast<size_t>(Oddity::tcp_gap_acknowledged)];
  if (gaps == 0 || model.accounting.sip_messages == 0) return {};
  uint64_t bytes = 0;
  for (const TcpGap& gap : model.tcp_gaps) {
    if (!gap.acknowledged) continue;
    bytes += gap.bytes;
    if (finding->evidence.size() < kShownFrames) finding->evidence.push_back(gap.after_frame);
  }
  return fmt::format(
      "{} bytes in {} of TCP streams with SIP are missing that their receiver "
      "acknowledged",
      bytes, gaps == 1 ? "1 gap" : fmt::format("{} gaps", gaps));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  const std::string rtp = rtp_text(context.model, &finding);
  const std::string tcp = tcp_text(context.model, &finding);
  if (rtp.empty() && tcp.empty()) return;
  finding.summary = rtp + (rtp.empty() || tcp.empty() ? "" : "; ") + tcp;
  finding.explanation =
      "They were on the wire, and the file lacks them: it was filtered, sampled or cut down, or "
      "the capture did not keep up. No loss and no silence is concluded from it.";
  finding.remedy =
      "Use the capture as it was taken, or capture again without a packet limit or sampling.";
  finding.rfc = "RFC 3550 A.1";
  report(out, std::move(finding));
}

const Detector detector("cap-thinned", Severity::warning,
                        "packets that were on the wire are not in the file: sequence numbers or "
                        "ACKs show it",
                        check);

}  // namespace
}  // namespace sipladder::cap_thinned
