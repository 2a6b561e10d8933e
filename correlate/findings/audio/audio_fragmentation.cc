// audio-fragmentation: a router says that packets of a call are too big for the next link, and the
// sender goes on at that size (RFC 1191, RFC 8201). Not when it sends smaller ones, or an answer
// comes.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_fragmentation {
namespace {

extern const Detector detector;

constexpr size_t kMinErrors = 3;
constexpr size_t kMinCopies = 2;
constexpr int64_t kGoesOnNs = 2'000'000'000;

std::vector<const IcmpErrorRecord*> errors_about(const Model& model, EndpointId src, EndpointId dst,
                                                 int64_t from_ns, int64_t until_ns) {
  std::vector<const IcmpErrorRecord*> found;
  auto error = std::lower_bound(
      model.icmp_errors.begin(), model.icmp_errors.end(), from_ns,
      [](const IcmpErrorRecord& one, int64_t time_ns) { return one.time_ns < time_ns; });
  for (; error != model.icmp_errors.end() && error->time_ns <= until_ns; ++error) {
    if (error->says_too_big() && error->src == src && error->dst == dst) found.push_back(&*error);
  }
  return found;
}

std::string mtu_text(const IcmpErrorRecord& error) {
  return error.mtu == 0 ? std::string() : fmt::format(" (at most {} bytes)", error.mtu);
}

void tell(const CallContext& context, Finding finding, const IcmpErrorRecord& error,
          std::string_view what, EndpointId src, EndpointId dst, const std::string& goes_on,
          CallAnalysis* out) {
  finding.summary = fmt::format(
      "{} says that {} from {} to {} is too big for its next link{}, and {}", to_string(error.from),
      what, endpoint_text(context, src), endpoint_text(context, dst), mtu_text(error), goes_on);
  finding.explanation =
      "A packet that may not be fragmented is dropped where the link is smaller; ICMP tells its "
      "sender, which has to send smaller ones. This one does not: ICMP does not get to it, or it "
      "does not heed it.";
  finding.remedy =
      "Let ICMP type 3 code 4 (ICMPv6 type 2) through to the sender, lower its MTU, send SIP over "
      "TCP, or leave codecs and headers out.";
  finding.rfc = error.from.family == 4 ? "RFC 1191 6" : "RFC 8201 4";
  report(out, std::move(finding));
}

// A request that is repeated as it was, and never answered.
bool check_request(CallContext& context, TransactionId id, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (!txn.request || txn.final_status != 0 || txn.provisionals != 0) return false;
  const auto errors =
      errors_about(context.model, txn.src, txn.dst, txn.first_ns, txn.last_ns + kGoesOnNs);
  if (errors.empty()) return false;
  size_t copies = 0;
  for (MessageId m = txn.last_message; m; m = context.message(m).previous_in_txn)
    copies += context.message(m).time_ns > errors.front()->time_ns ? 1 : 0;
  if (copies < kMinCopies) return false;
  Finding finding = finding_of(context, detector, id);
  for (size_t i = 0; i < errors.size() && i < kShownFrames; i++)
    finding.evidence.push_back(errors[i]->frame);
  tell(context, std::move(finding), *errors.front(), to_string(txn.method), txn.src, txn.dst,
       fmt::format("it is sent {} more as it was, and never answered", times_text(copies)), out);
  return true;
}

// A stream about which the router goes on complaining.
bool check_stream(CallContext& context, StreamId id, CallAnalysis* out) {
  const StreamRecord& stream = context.model.streams[id];
  const auto errors = errors_about(context.model, stream.src, stream.dst, stream.first_ns,
                                   stream.last_ns + kGoesOnNs);
  if (errors.size() < kMinErrors) return false;
  const int64_t span_ns = errors.back()->time_ns - errors.front()->time_ns;
  if (span_ns < kGoesOnNs) return false;
  Finding finding = finding_of(context, detector);
  finding.stream = id;
  for (size_t i = 0; i < errors.size() && i < kShownFrames; i++)
    finding.evidence.push_back(errors[i]->frame);
  tell(context, std::move(finding), *errors.front(), "RTP", stream.src, stream.dst,
       fmt::format("it goes on at that size: {} such errors in {}", errors.size(),
                   seconds_text(span_ns)),
       out);
  return true;
}

void check(CallContext& context, CallAnalysis* out) {
  if (!context.model.some_too_big) return;
  for (const TransactionId id : context.transactions) {
    if (check_request(context, id, out)) break;
  }
  for (const StreamId id : context.streams) {
    if (check_stream(context, id, out)) return;
  }
}

const Detector detector("audio-fragmentation", Severity::error,
                        "ICMP says that packets of the call are too big, and they stay so", check,
                        {.of_same = {"audio-icmp-unreachable", "txn-timeout",
                                     "txn-retransmissions"},
                         .is_root_of_audio = true});

}  // namespace
}  // namespace sipladder::audio_fragmentation
