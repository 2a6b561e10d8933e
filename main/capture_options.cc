#include "main/capture_options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <optional>

#include "capture/cluster_url.h"
#include "capture/time_units.h"
#include "main/option_values.h"

namespace sipladder {
namespace {

// "500ms", "10s", "15m", "1h", "1d", or a number of seconds; in nanoseconds.
std::optional<int64_t> parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ms", kMillisecondNs},       {"s", kSecondNs},
      {"m", 60 * kSecondNs},        {"h", 3600 * kSecondNs},
      {"d", 24 * 3600 * kSecondNs}, {"", kSecondNs}};
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, scale] : kUnits) {
    if (error == std::errc() && unit == name && number <= 100'000'000) return number * scale;
  }
  return std::nullopt;
}

std::optional<uint16_t> parse_port(std::string_view text) {
  const auto number = parse_count(text);
  if (!number || *number == 0 || *number > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(*number);
}

std::string read_ring(const CaptureWords& words, RingOptions* ring) {
  ring->out = words.out;
  if (!words.rotate_size.empty()) {
    constexpr uint64_t kLeast = 64 << 10;
    const auto size = parse_size(words.rotate_size);
    if (!size || *size < kLeast)
      return "--rotate-size " + words.rotate_size + ": write a size of at least 64K, such as 100M";
    ring->rotate_bytes = *size;
  }
  if (!words.rotate_time.empty()) {
    const auto time = parse_duration(words.rotate_time);
    if (!time || *time < kSecondNs)
      return "--rotate-time " + words.rotate_time + ": write a time of at least 1s, such as 15m";
    ring->rotate_ns = *time;
  }
  if (!words.keep.empty()) {
    const auto files = parse_count(words.keep);
    if (!files || *files == 0)
      return "--keep " + words.keep + ": write a number of files, 1 or more";
    ring->keep = *files;
  }
  constexpr uint64_t kUsualBytes = 100 << 20;
  const bool any = ring->rotate_bytes > 0 || ring->rotate_ns > 0;
  const bool single = ring->out == "-" || place_of(ring->out, ring->rotates()).is_single;
  if (!any && !single) ring->rotate_bytes = kUsualBytes;
  if (ring->out == "-" && (any || ring->keep > 0))
    return "-w -: standard output is no ring; --rotate-size, --rotate-time and --keep need files";
  return {};
}

std::string read_choice(const CaptureWords& words, ChoiceOptions* choice) {
  constexpr std::pair<std::string_view, KeptMedia> kMedia[] = {{"", KeptMedia::all},
                                                               {"all", KeptMedia::all},
                                                               {"headers", KeptMedia::headers},
                                                               {"none", KeptMedia::none}};
  bool known = false;
  for (const auto& [name, media] : kMedia) {
    if (words.media != name) continue;
    choice->media = media;
    known = true;
  }
  if (!known) return not_one_of("--media", words.media, {"none", "headers", "all"});
  for (const std::string& text : words.sip_ports) {
    const auto port = parse_port(text);
    if (!port) return "--sip-port " + text + ": write a port, such as 5080";
    choice->sip_ports.push_back(*port);
  }
  if (words.media_ports.empty()) return {};
  const size_t dash = words.media_ports.find('-');
  const auto first = parse_port(words.media_ports.substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : parse_port(words.media_ports.substr(dash + 1));
  if (!first || !last || *first > *last)
    return "--media-ports " + words.media_ports + ": write FIRST-LAST, such as 10000-20000";
  choice->first_media_port = *first;
  choice->last_media_port = *last;
  return {};
}

std::string read_hep(const CaptureWords& words, ServiceOptions* service) {
  service->hep = words.hep;
  service->hep_ca = words.hep_ca;
  service->hep_rtcp = words.hep_rtcp;
  const bool more = !words.hep_id.empty() || !words.hep_ca.empty() || words.hep_rtcp;
  if (words.hep.empty() && more) return "--hep-id, --hep-ca, --hep-rtcp: are about --hep HOST:PORT";
  if (words.hep_id.empty()) return {};
  const auto id = parse_count(words.hep_id);
  if (!id || *id > UINT32_MAX) return "--hep-id " + words.hep_id + ": write a number";
  service->hep_stamp.capture_id = static_cast<uint32_t>(*id);
  return {};
}

std::string read_sink(const CaptureWords& words, ServiceOptions* service) {
  if (words.sink.empty() && (!words.sink_every.empty() || !words.probe.empty()))
    return "--sink-every, --probe: are about --sink URL";
  if (words.sink.empty()) return {};
  ClusterUrl url;
  if (std::string wrong = parse_cluster_url(words.sink, &url); !wrong.empty()) return wrong;
  if (service->ring.out.empty() || service->ring.out == "-" ||
      !place_of(service->ring.out, service->ring.rotates()).is_folder)
    return "--sink: sends a ring: write to a folder, -w FOLDER";
  service->sink.url = words.sink;
  service->sink.probe = words.probe;
  service->sink.folder = service->ring.out;
  if (words.sink_every.empty()) return {};
  const auto time = parse_duration(words.sink_every);
  if (!time || *time < kSecondNs || *time > 24 * 3600 * kSecondNs)
    return "--sink-every " + words.sink_every + ": write a time from 1s to 1d, such as 10m";
  service->sink.every_ns = *time;
  return {};
}

// A sentence when an output is one of the sources.
std::string overwritten(const Options& options, const ServiceOptions& service) {
  if (service.ring.out.empty() || service.ring.out == "-") return {};
  const RingPlace place = place_of(service.ring.out, service.ring.rotates());
  for (const std::string& source : options.sources) {
    std::error_code code;
    if (place.is_single && std::filesystem::equivalent(source, place.single(), code))
      return "-w " + service.ring.out + ": is the file that is read";
  }
  return {};
}

}  // namespace

void add_capture_options(CLI::App& app, CaptureWords* words) {
  const char* const files = "Files";
  app.add_option("-w,--write", words->out,
                 "a folder for a ring of files, a file (.pcapng or .pcap; with rotation the "
                 "beginning of names), or - for standard output")
      ->type_name("OUT")
      ->group(files);
  app.add_option("--rotate-size,-C", words->rotate_size,
                 "begin a new file when one is so large (100M in a folder)")
      ->type_name("SIZE")
      ->group(files);
  app.add_option("--rotate-time,-G", words->rotate_time,
                 "begin a new file when one is so old: 15m, 1h, or seconds")
      ->type_name("TIME")
      ->group(files);
  app.add_option("--keep,-W", words->keep, "keep the newest N files, delete older ones")
      ->type_name("N")
      ->group(files);
  app.add_option("--flush", words->flush,
                 "what is written at the latest after TIME (1s), whatever happens then")
      ->type_name("TIME")
      ->group(files);
  const char* const which = "Which packets";
  app.add_option("--media", words->media,
                 "none (signalling only), headers (RTP without what is said) or all (default)")
      ->type_name("WHAT")
      ->group(which);
  app.add_option("--sip-port", words->sip_ports,
                 "another port where all is signalling, as on 5060 and 5061 (repeatable)")
      ->allow_extra_args(false)
      ->type_name("PORT")
      ->group(which);
  app.add_option("--media-ports", words->media_ports,
                 "UDP ports that are media though no SDP names them, where SIP is encrypted")
      ->type_name("FIRST-LAST")
      ->group(which);
  const char* const out = "Sending, figures";
  app.add_option("--hep", words->hep, "send SIP as HEPv3 to HOST:PORT: udp (default), tcp: or tls:")
      ->type_name("[tcp:|tls:]HOST:PORT")
      ->group(out);
  app.add_option("--hep-id", words->hep_id, "capture id of this probe (0)")
      ->type_name("N")
      ->group(out);
  app.add_option("--hep-ca", words->hep_ca,
                 "certificates that tls: trusts, PEM (those of the system)")
      ->type_name("FILE")
      ->group(out);
  app.add_flag("--hep-rtcp", words->hep_rtcp, "send RTCP, too")->group(out);
  app.add_option("--sink", words->sink,
                 "send the ring's calls to a cluster as it grows: "
                 "clickhouse://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE")
      ->type_name("URL")
      ->group(out);
  app.add_option("--sink-every", words->sink_every, "how often (10m)")
      ->type_name("TIME")
      ->group(out);
  app.add_option("--probe", words->probe, "the name that rows get there (this host's)")
      ->type_name("NAME")
      ->group(out);
  app.add_option("--metrics", words->metrics,
                 "figures for Prometheus at http://HOST:PORT/metrics (without a HOST on 127.0.0.1)")
      ->type_name("HOST:PORT")
      ->group(out);
}

std::string read_capture_options(const Options& options, ServiceOptions* service) {
  const CaptureWords& words = options.capture;
  if (words.out.empty() && words.hep.empty())
    return "capture: say where to, -w OUT (a folder or a file) or --hep HOST:PORT";
  if (std::string wrong = read_ring(words, &service->ring); !wrong.empty()) return wrong;
  if (std::string wrong = read_choice(words, &service->choice); !wrong.empty()) return wrong;
  if (std::string wrong = read_hep(words, service); !wrong.empty()) return wrong;
  if (std::string wrong = read_sink(words, service); !wrong.empty()) return wrong;
  if (!words.flush.empty()) {
    const auto time = parse_duration(words.flush);
    if (!time || *time > 3600 * kSecondNs)
      return "--flush " + words.flush + ": write a time of at most 1h, such as 500ms or 10s";
    service->flush_ns = *time;
  }
  service->hep_stamp.key = options.hep_key;
  service->metrics = words.metrics;
  service->endless = options.is_live();
  return overwritten(options, *service);
}

}  // namespace sipladder
