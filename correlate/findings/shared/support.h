// Words and small questions that several detectors need.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/names.h"

namespace sipladder {

// Frames that a finding about many packets names as its evidence: enough to look at.
inline constexpr size_t kShownFrames = 10;

// A talk that is shorter may end before its media begin.
inline constexpr int64_t kShortTalkNs = 2'000'000'000;

// Address and port, or the address alone. Where a log names no address, words that say so.
std::string endpoint_text(const CallContext& context, EndpointId id);
std::string ip_text(const CallContext& context, EndpointId id);
std::string seconds_text(int64_t duration_ns);  // "32.0 s"
std::string times_text(size_t count);           // "once", "3 times"
std::string time_of_day_text(int64_t time_ns);  // "13:05:59.123 UTC"
std::string file_name(std::string_view path);   // without its folders
std::string_view other_party(Party party);      // "callee" for caller, else "caller"
std::string_view party_text(Party party);
// "a, b and 3 more": the first `most` of them, each as `text` writes it.
template <typename Items, typename Text>
std::string list_text(const Items& items, size_t most, Text text) {
  std::string list;
  size_t shown = 0;
  for (const auto& item : items) {
    if (shown == most) return list + " and " + std::to_string(items.size() - most) + " more";
    list += (shown++ == 0 ? "" : ", ") + text(item);
  }
  return list;
}

// Address and port of the first open audio line in a message's SDP. nullopt without such a line,
// with a host name, and where candidates of ICE name the addresses.
std::optional<Endpoint> audio_address(CallContext& context, MessageId id);

// A finding of `detector` about this call, without words and evidence.
Finding finding_of(const CallContext& context, const Detector& detector);
// The same about one transaction: its first message is the proof, all copies of the request are the
// evidence.
Finding finding_of(const CallContext& context, const Detector& detector, TransactionId txn);
// Adds a finding to the result, with its evidence sorted and each frame once.
void report(CallAnalysis* out, Finding finding);
void report(std::vector<Finding>* out, Finding finding);
Finding finding_of(const Detector& detector);  // about the capture

// Frames of all copies of the request of a transaction, or else of its final response, ascending.
// Packets that were captured twice are left out.
std::vector<uint32_t> frames_of(const CallContext& context, const TransactionRecord& txn,
                                bool requests);
// Its peer took the message: a request was answered with 2xx, a final response to INVITE was
// acknowledged, after an ACK the 2xx did not come again. Whatever is wrong with it did no harm.
bool is_accepted(const CallContext& context, const MessageRecord& message);
// Audio of the call has a fault, in one direction or both, for some time of the talk.
bool loses_audio(const CallContext& context);
// Adds the frames of the last offer and answer.
void add_negotiation_evidence(const CallContext& context, Finding* finding);
// The kernel or the file says that packets were dropped while capturing. Then a missing packet need
// not be the network's fault.
bool capture_dropped(const CallContext& context);
// Packets of a stream that are missing here, without those that the receiver got all the same: the
// capture lost those, and not the network.
struct NetworkLoss {
  int64_t packets = 0;
  // Of these, packets that the receiver does not miss by its RTCP. It is not believed alone,
  // because a receiver that has never reported a loss may not count them.
  int64_t doubtful = 0;
};
NetworkLoss lost_by_network(const CallContext& context, StreamId id);
void sort_unique(std::vector<uint32_t>* frames);

// "callee hears nothing", or "callee hears nothing more after 8.0 s".
std::string hears_nothing(const CallContext& context, const AudioDirection& direction);

// Corrects the verdict on the audio where a finding proves what the streams do not show: `toward`
// hears nothing, because of `code`. Two-way and half-captured become one-way, one-way towards the
// other party becomes none. Other verdicts stay.
void conclude_unheard(CallAnalysis* out, Party toward, std::string_view code);

// "350 packets lost", or "8.0 s of audio lost" where the direction was heard before. Requires a
// verdict with shown_by.
std::string lost_text(const CallContext& context, const AudioDirection& direction);

// Reports an audio fault as a finding of `detector`, once for each direction whose verdict it is.
// With `from`, only for what that party sends. A fault of the negotiation, which both directions
// share, is reported once. `describe` fills in the words.
void report_audio_fault(CallContext& context, AudioFault fault, const Detector& detector,
                        CallAnalysis* out,
                        void (*describe)(CallContext&, const AudioDirection&, Finding*),
                        Party from = Party::none);

// Both are in one /24 (IPv6: /64).
bool share_network(const IpAddress& a, const IpAddress& b);

}  // namespace sipladder
