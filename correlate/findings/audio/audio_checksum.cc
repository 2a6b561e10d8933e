// audio-checksum: the UDP checksums of a stream are wrong, so its receiver drops the packets. Not
// where all other packets of that host are wrong too: then the capture was taken on the sending
// host, before the network card filled the checksums in.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "decode/bytes.h"
#include "decode/checksum.h"

namespace sipladder::audio_checksum {
namespace {

extern const Detector detector;

constexpr uint32_t kMinWrong = 3;
constexpr int kMaxRead = 16;  // messages of the call whose checksums are looked at

// The checksum of a SIP message that its capture file holds as one UDP datagram, directly behind
// its IP and UDP headers; else unknown.
Checksum checksum_of(const CallContext& context, const MessageRecord& message) {
  const IpAddress& src = context.model.endpoints[message.src].ip;
  const IpAddress& dst = context.model.endpoints[message.dst].ip;
  const size_t header = (src.family == 4 ? 20 : 40) + size_t{8};
  if (message.transport != Transport::udp || message.logged || message.truncated ||
      message.offset < header)
    return Checksum::unknown;
  std::string bytes;
  const auto size = static_cast<uint32_t>(header) + message.length;
  if (!context.log.read({message.offset - header, size, message.store}, &bytes) ||
      bytes.size() != size)
    return Checksum::unknown;
  const auto* const ip = reinterpret_cast<const uint8_t*>(bytes.data());
  const uint8_t* const udp = ip + header - 8;
  const bool whole = src.family == 4
                         ? ip[0] == 0x45 && ip[9] == 17 && ipv4_address(ip + 12) == src
                         : ip[0] >> 4 == 6 && ip[6] == 17 && ipv6_address(ip + 8) == src;
  if (!whole || be16(udp + 4) != message.length + 8) return Checksum::unknown;
  return udp_checksum(src, dst, udp, message.length + size_t{8});
}

// Another stream, or a SIP message, of the sending host has right checksums at the same point.
bool sends_right_ones(CallContext& context, StreamId id) {
  const StreamRecord& stream = context.model.streams[id];
  const auto& endpoints = context.model.endpoints;
  const IpAddress& host = endpoints[stream.src].ip;
  for (const StreamId other : context.streams) {
    const StreamRecord& record = context.model.streams[other];
    if (endpoints[record.src].ip == host && record.shares_point_with(stream) &&
        record.checksums_right >= kMinWrong && record.checksums_wrong == 0)
      return true;
  }
  int read = 0;
  for (const MessageId m : context.messages()) {
    const MessageRecord& message = context.message(m);
    if (endpoints[message.src].ip != host || !stream.seen_at(message.point)) continue;
    if (read++ == kMaxRead) break;
    if (checksum_of(context, message) == Checksum::right) return true;
  }
  return false;
}

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    if (stream.checksums_wrong < kMinWrong || stream.checksums_right != 0) continue;
    if (!sends_right_ones(context, id)) continue;
    Finding finding = finding_of(context, detector);
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary = fmt::format(
        "the UDP checksums of the RTP from {} to {} are wrong (all {} that were looked at), those "
        "of other packets of that host are right",
        endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
        stream.checksums_wrong);
    finding.explanation =
        "A receiver drops a datagram whose checksum is wrong, without a word to anybody.";
    finding.remedy =
        "Look at whatever sends or rewrites this stream (a relay in the kernel, NAT, a tunnel), "
        "and "
        "at checksum offload of its network card (ethtool -K DEV tx off).";
    finding.rfc = "RFC 768";
    report(out, std::move(finding));
  }
}

const Detector detector("audio-checksum", Severity::warning,
                        "the UDP checksums of a stream are wrong, those of its host else are right",
                        check);

}  // namespace
}  // namespace sipladder::audio_checksum
