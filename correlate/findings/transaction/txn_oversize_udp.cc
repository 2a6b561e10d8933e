// txn-oversize-udp: a request over UDP is larger than RFC 3261 18.1.1 allows, or its last fragments
// got lost.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder::txn_oversize_udp {
namespace {

extern const Detector detector;

constexpr const char* kRemedy =
    "Use TCP or TLS for this hop, or shorten the SDP (fewer codecs, ICE candidates).";
constexpr const char* kRule = "RFC 3261 18.1.1";

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.oversize) continue;
    const MessageRecord& message = context.message(txn.request);
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.message = txn.first_message;
    finding.evidence = {message.frame};
    // An answer proves that the request arrived whole. A client that misses its answer sends the
    // request again: one that does not has it, unseen here.
    if (txn.first_response_ns != 0 || txn.requests < 2) finding.severity = Severity::info;
    finding.summary =
        fmt::format("{} of {} bytes over UDP from {} to {}", to_string(txn.method), message.length,
                    endpoint_text(context, txn.src), endpoint_text(context, txn.dst));
    finding.explanation =
        "A request within 200 bytes of the MTU, or over 1300 bytes, must go over a "
        "congestion-controlled transport; its fragments are dropped by many NATs and filters.";
    finding.remedy = kRemedy;
    finding.rfc = kRule;
    report(out, std::move(finding));
    return;
  }
}

// Reports requests whose last fragments are not here. If such a request was answered, it arrived
// whole, and only the capture lacks the fragments.
void check_cut(CaptureContext& context, std::vector<Finding>* out) {
  const auto key_of = [](const CutRequest& request) {
    return std::tuple(request.transaction_key, request.packet.src, request.packet.dst);
  };
  std::map<std::tuple<uint64_t, Endpoint, Endpoint>, std::vector<uint32_t>> frames;
  for (const CutRequest& request : context.model.cut_requests)
    frames[key_of(request)].push_back(request.packet.frame);
  for (const CutRequest& request : context.model.cut_requests) {
    const auto copies = frames.find(key_of(request));
    if (request.answered || copies == frames.end()) continue;
    Finding finding = finding_of(detector);
    finding.severity = Severity::error;
    finding.evidence = std::move(copies->second);
    frames.erase(copies);  // told once
    // The fragments of a single copy may still be on their way when the capture ends.
    if (finding.evidence.size() < 2) continue;
    finding.summary = fmt::format(
        "{} from {} to {} sent {} times over UDP, each time without its last fragments, and nobody "
        "answers",
        request.method, to_string(request.packet.src), to_string(request.packet.dst),
        finding.evidence.size());
    finding.explanation =
        "A NAT, a firewall or a tunnel on the way drops IP fragments: the request never arrives "
        "whole.";
    finding.remedy = kRemedy;
    finding.rfc = kRule;
    report(out, std::move(finding));
  }
}

const Detector detector(
    "txn-oversize-udp", Severity::warning,
    "a request of more than 1300 bytes over UDP that nobody answers, and that is sent again (info "
    "when not), or whose fragments got lost (error)",
    check, check_cut);

}  // namespace
}  // namespace sipladder::txn_oversize_udp
