// Words and small questions that several detectors need.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/names.h"

namespace sipladder {

std::string endpoint_text(const CallContext& context, EndpointId id);
std::string ip_text(const CallContext& context, EndpointId id);
std::string seconds_text(int64_t duration_ns);  // "32.0 s"
std::string times_text(size_t count);           // "once", "3 times"
std::string time_of_day_text(int64_t time_ns);  // "13:05:59.123 UTC"
std::string file_name(std::string_view path);   // without its folders
std::string_view other_party(Party party);      // "callee" of caller
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

// Of the open audio line of an SDP; none where ICE finds the way, and without SDP.
std::optional<Endpoint> audio_address(CallContext& context, MessageId id);

// A finding of `detector` about this call, and its way into the result (evidence sorted).
Finding finding_of(const CallContext& context, const Detector& detector);
// The same about one transaction: its request is the proof, all copies of it the evidence.
Finding finding_of(const CallContext& context, const Detector& detector, TransactionId txn);
void report(CallAnalysis* out, Finding finding);
void report(std::vector<Finding>* out, Finding finding);
Finding finding_of(const Detector& detector);  // about the capture

// Frames of all copies of a response (or request) in a transaction, ascending.
std::vector<uint32_t> frames_of(const CallContext& context, const TransactionRecord& txn,
                                bool requests);
// A request that was answered with 2xx: whatever is wrong with it, nobody minded.
bool is_accepted(const CallContext& context, const MessageRecord& message);
// In some direction, at some time of the talk.
bool loses_audio(const CallContext& context);
// Offer and answer that were negotiated last.
void add_negotiation_evidence(const CallContext& context, Finding* finding);
// The kernel or the file says so: what is missing is not the network's fault.
bool capture_dropped(const CallContext& context);
// Packets missing here, without those that the capture lost: their receiver has them.
struct NetworkLoss {
  int64_t packets = 0;
  int64_t doubtful = 0;  // of these: a receiver that has never reported a loss misses none of them
};
NetworkLoss lost_by_network(const CallContext& context, StreamId id);
void sort_unique(std::vector<uint32_t>* frames);

// "callee hears nothing", or "callee hears nothing more after 8.0 s".
std::string hears_nothing(const CallContext& context, const AudioDirection& direction);

// What a finding proves and the streams alone do not show: this party hears nothing, because of
// that code. Stands where they let the talk look whole, or one direction unseen.
void conclude_unheard(CallAnalysis* out, Party toward, std::string_view code);

// "350 packets lost", as far as it was heard before.
std::string lost_text(const CallContext& context, const AudioDirection& direction);

// One audio fault as a finding of `detector`, for each direction that shows it, or that from one
// party. `describe` fills the words.
void report_audio_fault(CallContext& context, AudioFault fault, const Detector& detector,
                        CallAnalysis* out,
                        void (*describe)(CallContext&, const AudioDirection&, Finding*),
                        Party from = Party::none);

}  // namespace sipladder
