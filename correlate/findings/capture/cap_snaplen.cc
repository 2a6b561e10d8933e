// cap-snaplen: packets were cut by the snap length, so bodies and headers are missing.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_snaplen {
namespace {

extern const Detector detector;

// Number of rows of `calls` whose Call-ID was cut off.
size_t calls_without_id(CaptureContext& context, size_t source) {
  size_t count = 0;
  for (const CallId id : context.model.calls.ids()) {
    const MessageRecord& first = context.model.messages[context.model.calls[id].first_message];
    if (!first.truncated || first.source != source || !context.view.load(first)) continue;
    if (context.view.sip().value(HeaderId::call_id).empty()) count++;
  }
  return count;
}

// Reports a text log that lacks bodies. There is no snap length: its author left them out.
void report_log(const SourceInfo& info, uint64_t cut, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  finding.severity = Severity::info;
  finding.summary = fmt::format("the log {} shows less than Content-Length says of {} of {} {}",
                                file_name(info.name), cut, info.packets,
                                info.packets == 1 ? "message" : "messages");
  finding.explanation = "The bodies, often the SDP, are not in the log, or not whole.";
  finding.remedy = "Paste the messages with their bodies, or take a capture.";
  finding.rfc = "RFC 3261 20.14";
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (size_t source = 0; source < context.model.captures.size(); source++) {
    const SourceInfo& info = context.model.captures[source];
    const uint64_t cut =
        source < context.model.sources.size() ? context.model.sources[source].cut : 0;
    // A capture that keeps only the headers of RTP lacks nothing but the voice, on purpose.
    if (cut == 0 || cut == context.model.sources[source].cut_rtp) continue;
    if (info.format == "text") {
      report_log(info, cut, out);
      continue;
    }
    Finding finding = finding_of(detector);
    finding.summary =
        fmt::format("{} of {} in {} {} cut by the snap length", cut,
                    counted(info.packets, "packet"), file_name(info.name), was_or_were(cut));
    const size_t nameless = calls_without_id(context, source);
    if (nameless != 0)
      finding.summary += nameless == 1 ? "; 1 row of calls has no Call-ID and is part of a call"
                                       : fmt::format(
                                             "; {} rows of calls have no Call-ID and are parts of "
                                             "calls",
                                             nameless);
    finding.explanation =
        nameless == 0 ? "The ends of messages, often the SDP, are not in the capture."
                      : "The ends of messages are not in the capture. Without Call-ID only a "
                        "request and its responses are known to belong together, as far as the "
                        "branch of their Via is there.";
    finding.remedy = "Capture again with whole packets: tcpdump -s 0.";
    finding.rfc = "pcap snaplen";
    report(out, std::move(finding));
  }
}

const Detector detector("cap-snaplen", Severity::warning, "packets were cut by the snap length",
                        check);

}  // namespace
}  // namespace sipladder::cap_snaplen
