// Part of CaptureService: its statistics.
#include <fmt/format.h>

#include "probe/service.h"

namespace sipladder {
namespace {

// Escapes the value of a label: the names of devices and files may hold any character.
std::string label_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

// A metric in the text format 0.0.4 of Prometheus.
class Family {
 public:
  Family(std::string* out, std::string_view name, std::string_view type, std::string_view help)
      : out_(out), name_(name) {
    out_->append(
        fmt::format("# HELP sipladder_{} {}\n# TYPE sipladder_{} {}\n", name, help, name, type));
  }
  template <typename Number>
  Family& add(Number value, std::string_view label = {}, std::string_view text = {}) {
    const std::string labels =
        label.empty() ? std::string() : fmt::format("{{{}=\"{}\"}}", label, label_text(text));
    out_->append(fmt::format("sipladder_{}{} {}\n", name_, labels, value));
    return *this;
  }

 private:
  std::string* out_;
  std::string_view name_;
};

}  // namespace

std::string CaptureService::summary() const {
  std::string text = fmt::format(
      "{} packets seen, {} written ({} cut to their headers) in {} file{}, {} bytes", seen_,
      ring_.packets(), cut_, ring_.files(), ring_.files() == 1 ? "" : "s", ring_.bytes());
  text += fmt::format("; {} SIP messages, {} packets neither SIP nor its media", messages_,
                      kinds_[static_cast<size_t>(PacketKind::foreign)]);
  text += fmt::format("; {} dropped by the kernel", dropped());
  if (ring_.deleted() > 0) text += fmt::format("; {} old files deleted", ring_.deleted());
  if (ring_.lost() > 0)
    text += fmt::format("; {} packets lost that could not be written", ring_.lost());
  if (options_.hep.empty()) return text;
  return text + fmt::format("; HEP: {} sent, {} dropped, {} too long", hep_.sent(), hep_.dropped(),
                            hep_unsendable_);
}

std::string CaptureService::metrics() const {
  std::string out;
  Family seen(&out, "packets_seen_total", "counter", "Packets by source, before any choice");
  const auto infos = source_ == nullptr ? std::vector<const SourceInfo*>() : source_->infos();
  for (const SourceInfo* info : infos) seen.add(info->packets, "source", info->name);
  Family dropped(&out, "packets_dropped_total", "counter", "Packets that kernel or device dropped");
  for (const SourceInfo* info : infos) dropped.add(info->dropped, "source", info->name);
  Family up(&out, "source_up", "gauge", "1 while packets can come from the source");
  for (const SourceInfo* info : infos) up.add(info->damage.empty() ? 1 : 0, "source", info->name);
  Family kinds(&out, "packets_total", "counter",
               "Packets by what they are; foreign ones are not written");
  for (size_t i = 0; i < std::size(kinds_); i++)
    kinds.add(kinds_[i], "kind", name_of(static_cast<PacketKind>(i)));
  Family(&out, "sip_messages_total", "counter", "Whole SIP messages").add(messages_);
  Family(&out, "packets_written_total", "counter", "Packets written to files").add(ring_.packets());
  Family(&out, "packets_cut_total", "counter", "RTP packets cut to their headers").add(cut_);
  Family(&out, "packets_lost_total", "counter", "Packets that could not be written")
      .add(ring_.lost());
  Family(&out, "packets_undecided_total", "counter",
         "Packets held until nothing told what they are")
      .add(queue_.undecided());
  Family(&out, "bytes_written_total", "counter", "Bytes of files").add(ring_.bytes());
  Family(&out, "files_total", "counter", "Files begun").add(ring_.files());
  Family(&out, "files_deleted_total", "counter", "Old files deleted").add(ring_.deleted());
  Family(&out, "write_failures_total", "counter", "Files that could not be written on")
      .add(ring_.failures());
  Family(&out, "writing", "gauge", "0 while files cannot be written")
      .add(ring_.is_failing() ? 0 : 1);
  Family(&out, "media_ends", "gauge", "Addresses that SDP named for media")
      .add(choice_.media().size());
  Family(&out, "media_ends_forgotten_total", "counter", "Of those, forgotten for want of room")
      .add(choice_.media().forgotten());
  Family(&out, "connections", "gauge", "TCP and SCTP connections with SIP")
      .add(choice_.connections());
  Family(&out, "held_bytes", "gauge", "Bytes of packets that wait to be decided")
      .add(queue_.bytes());
  Family(&out, "lag_seconds", "gauge", "Between capture and handling of the newest packet")
      .add(static_cast<double>(lag_ns_) / 1e9);
  if (!options_.sink.url.empty()) {
    Family(&out, "sink_runs_total", "counter", "Exports of the ring to the cluster")
        .add(sink_.runs());
    Family(&out, "sink_failures_total", "counter", "Of these, those that did not store all")
        .add(sink_.failures());
    Family(&out, "sink_up", "gauge", "0 when the last export failed")
        .add(sink_.trouble().empty() ? 1 : 0);
    Family(&out, "sink_stored_until_seconds", "gauge", "Calls with packets before are stored")
        .add(sink_.stored_until_ns() / 1'000'000'000);
  }
  if (options_.hep.empty()) return out;
  Family(&out, "hep_sent_total", "counter", "HEP packets sent").add(hep_.sent());
  Family(&out, "hep_dropped_total", "counter", "HEP packets for which there was no room")
      .add(hep_.dropped());
  Family(&out, "hep_too_long_total", "counter", "Messages that no HEP packet can hold")
      .add(hep_unsendable_);
  Family(&out, "hep_connections_total", "counter", "Connections made to the collector")
      .add(hep_.connected());
  Family(&out, "hep_up", "gauge", "1 while the collector is connected").add(hep_.is_up() ? 1 : 0);
  Family(&out, "hep_queued_bytes", "gauge", "Bytes that wait to be sent").add(hep_.queued_bytes());
  return out;
}

}  // namespace sipladder
