#include "export/redact/redact.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "capture/capture_writer.h"
#include "capture/packet_source.h"
#include "correlate/model/names.h"
#include "export/redact/packet_redactor.h"

namespace sipladder {
namespace {

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, other{};
  return stat(a.c_str(), &one) == 0 && stat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// Writes a file that only its owner can read, also when the file existed before.
std::string write_private(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return path + ": could not be written: " + std::strerror(errno);
  const bool written = fchmod(file, 0600) == 0 && write_all(file, text, 0);
  const int error = errno;
  return close(file) == 0 && written ? std::string()
                                     : path + ": could not be written: " + std::strerror(error);
}

// What is known of the input file once it was read.
struct Input {
  std::string damage;
  bool pcapng = false;
  bool fine = false;
  bool log = false;
  std::vector<uint64_t> dropped;
};

template <typename Visit>
std::string read_all_packets(const std::string& name, Input* input, Visit visit) {
  PacketLog log;
  std::vector<std::string> errors;
  const auto source = open_captures({name}, {}, log, &errors);
  if (source == nullptr) return errors.empty() ? name + ": cannot be read" : errors.front();
  Packet packet;
  for (ReadResult read{}; (read = source->next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::packet && !visit(packet)) break;
  }
  const SourceInfo& info = *source->infos().front();
  input->damage = info.damage;
  input->pcapng = info.format == "pcapng";
  input->fine = info.fine_times;
  input->log = info.format != "pcap" && info.format != "pcapng";
  input->dropped = {info.dropped};
  return {};
}

CaptureFormat format_of(const std::string& out, const Input& input) {
  if (out.ends_with(".pcapng")) return CaptureFormat::pcapng;
  if (out.ends_with(".pcap") && !input.pcapng) return CaptureFormat::pcap;
  return input.pcapng ? CaptureFormat::pcapng : CaptureFormat::pcap;
}

std::string write_redacted(const RedactOptions& options, const Input& input,
                           PacketRedactor& redactor, uint64_t* packets) {
  CaptureWriter writer(format_of(options.out, input), input.fine);
  std::string error = writer.open(options.out);
  Input again;
  if (error.empty()) {
    error = read_all_packets(options.in, &again, [&](const Packet& packet) {
      const std::span<const uint8_t> bytes = redactor.rewrite(packet);
      Packet other = packet;
      other.data = bytes.data();
      other.ref.length = static_cast<uint32_t>(bytes.size());
      return writer.add(other, {}, {});
    });
    const std::string closed = writer.close(input.dropped.empty() ? 0 : input.dropped.front());
    if (error.empty()) error = closed;
  }
  *packets = writer.packets();
  return error.empty() ? error : options.out + ": could not be written: " + error;
}

std::vector<std::string> lines_about(const RedactOptions& options, const Replacer& replacer,
                                     const PacketRedactor& redactor, uint64_t packets) {
  const Payloads& payloads = redactor.payloads();
  std::vector<std::string> lines = {fmt::format(
      "{}: {}: {} and {} replaced", options.out, counted(packets, "packet"),
      counted(replacer.words(), "word"),
      replacer.addresses() == 1 ? "1 address" : fmt::format("{} addresses", replacer.addresses()))};
  if (payloads.zeroed() > 0)
    lines.push_back(
        fmt::format("  zeroed, since not understood: {}", counted(payloads.zeroed(), "piece")));
  if (payloads.blanked_bodies() > 0)
    lines.push_back(
        fmt::format("  bodies of other types than SDP, blanked: {}", payloads.blanked_bodies()));
  if (replacer.unavoidable() > 0)
    lines.push_back(
        fmt::format("  could not be replaced by something that is not in the capture: {}",
                    counted(replacer.unavoidable(), "value")));
  if (replacer.beyond() > 0)
    lines.push_back(fmt::format(
        "  words beyond {}, whose replacement can be another word of the capture: met {} times",
        Pseudonyms::kMostWords, replacer.beyond()));
  if (redactor.fragments_given_up() > 0)
    lines.push_back(
        fmt::format("  zeroed, since their datagram was not complete, or came too often: {}",
                    counted(redactor.fragments_given_up(), "fragment")));
  if (options.media == MediaMode::keep)
    lines.emplace_back("  media were kept: voices can be heard");
  lines.emplace_back("  ports, times, sizes and SSRC are those of the original");
  return lines;
}

}  // namespace

RedactReport redact(const RedactOptions& options) {
  RedactReport report;
  if (is_same_file(options.in, options.out)) {
    report.unwritable = options.out + ": not written: it is the capture that is read";
    return report;
  }
  const std::string key = options.key.empty() ? KeyedHash::random_key() : options.key;
  if (key.empty()) {
    report.unwritable = options.out + ": not written: the system gives no random bytes for a key";
    return report;
  }
  Replacer replacer(KeyedHash(key), options.keep_prefix);
  PacketRedactor redactor(replacer, options.media);
  report.unreadable = redactor.open();
  if (!report.unreadable.empty()) return report;
  Input input;
  report.unreadable = read_all_packets(options.in, &input, [&](const Packet& packet) {
    redactor.learn(packet);
    return true;
  });
  if (report.unreadable.empty() && input.log)
    report.unreadable = options.in + ": only captures (pcap, pcapng) can be redacted";
  if (!report.unreadable.empty()) return report;
  redactor.end_learning();
  read_all_packets(options.in, &input, [&](const Packet& packet) {
    redactor.prepare(packet);
    return true;
  });
  redactor.end_preparing();
  uint64_t packets = 0;
  report.unwritable = write_redacted(options, input, redactor, &packets);
  report.unreadable = input.damage;
  if (!report.unwritable.empty()) return report;
  report.lines = lines_about(options, replacer, redactor, packets);
  if (!options.map_path.empty())
    report.unwritable = write_private(options.map_path, replacer.map_text());
  return report;
}

}  // namespace sipladder
