#include "main/option_mistakes.h"

#include <algorithm>
#include <utility>

#include "capture/cluster_url.h"
#include "decode/endpoint_text.h"
#include "export/exporters.h"
#include "main/host_names.h"
#include "main/option_values.h"
#include "main/severity_option.h"
#include "main/words.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

std::string wrong_format(const Options& o) {
  if (o.format.empty()) return {};
  std::vector<std::string> allowed = {"table", "json", "ndjson", "csv", "md"};
  if (o.command == "ladder") {
    allowed.clear();
    for (const LadderFormat& format : ladder_formats()) allowed.emplace_back(format.name);
  }
  if (o.command == "compare") allowed = {"text", "json", "html"};
  if (o.command == "check") allowed = {"text", "junit", "github"};
  if (o.command == "explain") allowed.front() = "text";
  if (std::find(allowed.begin(), allowed.end(), o.format) != allowed.end()) return {};
  return not_one_of("--format", o.format, allowed);
}

// A given option that only formats of text lines take; empty: none was given.
std::string text_option_given(const Options& o) {
  return o.ascii ? "--ascii" : o.width > 0 ? "--width" : "";
}

// A given option that only ladders take; empty: none was given.
std::string ladder_option_given(const Options& o, uint32_t taken) {
  const std::pair<bool, const char*> all[] = {
      {o.sdp, "--sdp"},
      {!o.rtp, "--no-rtp"},
      {o.raw, "--raw"},
      {o.transactions, "--transactions"},
      {o.session && !(taken & kTakesSessions), "--session"},
      {!o.frames, "--no-frames"},
      {!o.columns_by.empty(), "--columns-by"},
      {!o.order.empty(), "--order"},
      {!o.alias.empty(), "--alias"},
      {!o.hide.empty(), "--hide"},
      {o.compact, "--compact"},
      {o.scale_time, "--scale-time"},
  };
  for (const auto& [given, name] : all) {
    if (given) return name;
  }
  return text_option_given(o);
}

std::string useless_cluster_option(const Options& o) {
  const std::pair<bool, const char*> all[] = {
      {!o.sink.probe.empty(), "--probe"},
      {!o.sink.tables.empty(), "--tables"},
      {!o.sink.spool_folder.empty(), "--sink-spool"},
  };
  for (const std::string& name : o.sink.tables) {
    if (find_table(name) == nullptr) return "--tables " + name + ": no table (see schema)";
  }
  const Exporter* const exporter = exporter_of_file(o.output);
  if (exporter->options & kTakesCluster) {
    ClusterUrl url;
    return parse_cluster_url(o.output, &url);
  }
  for (const auto& [given, name] : all) {
    if (given)
      return std::string(name) + ": is about clickhouse://, and " + shown_url(o.output) +
             " is a file";
  }
  return {};
}

// A sentence about a given option that the chosen format does not take.
std::string useless_ladder_option(const Options& o) {
  const bool to_file = o.command == "export";
  uint32_t taken = 0;
  if (to_file) {
    taken = exporter_of_file(o.output)->options;
  } else if (const LadderFormat* const format = find_ladder_format(o.format)) {
    taken = format->options;
  } else {
    return {};  // wrong_format() tells it
  }
  if (o.audio && !(taken & kTakesAudioOption))
    return "--audio: is about a report (.html), and " + shown_url(o.output) + " is none";
  const std::string line = text_option_given(o), any = ladder_option_given(o, taken);
  if (!(taken & kTakesLadderOptions) && !any.empty())
    return any + ": is about ladders, and " + shown_url(o.output) + " has none";
  if ((taken & kTakesLineOptions) || line.empty()) return {};
  return line + ": is about lines of text, and " + (to_file ? shown_url(o.output) : o.format) +
         " has none";
}

std::string useless_packet_option(const Options& o) {
  const uint32_t taken = exporter_of_file(o.output)->options;
  if (!o.side.empty() && !(taken & kTakesSide))
    return "--side: is about scenarios, and " + shown_url(o.output) + " has none";
  if (o.stream != 0 && !(taken & kTakesStream))
    return "--stream: is about audio (.wav), and " + shown_url(o.output) + " is none";
  if (o.sip_only && !(taken & kTakesPacketOptions))
    return "--sip-only: is about packets, and " + shown_url(o.output) + " has none";
  if (!o.comments || (taken & kTakesComments)) return {};
  return taken & kTakesPacketOptions
             ? "--comments: .pcap has no room for comments; name it .pcapng"
             : "--comments: is about packets, and " + shown_url(o.output) + " has none";
}

std::string wrong_ladder_option(const Options& o) {
  if (!o.columns_by.empty() && o.columns_by != "ip" && o.columns_by != "endpoint" &&
      o.columns_by != "name")
    return not_one_of("--columns-by", o.columns_by, {"ip", "endpoint", "name"});
  for (const std::string& name : o.hide) {
    if (method_called(name) == Method::unknown) return not_one_of("--hide", name, method_names());
  }
  return {};
}

}  // namespace

std::string mistake_in(const Options& o) {
  for (const auto& [name, time] : {std::pair("--from", o.from), std::pair("--to", o.to)}) {
    if (!time.empty() && !parse_time(time))
      return std::string(name) + " " + time + ": no time; " + std::string(kTimeForms);
  }
  if (o.color != "auto" && o.color != "always" && o.color != "never")
    return not_one_of("--color", o.color, {"auto", "always", "never"});
  if (!o.fail_on.empty() && !parse_severity(o.fail_on))
    return not_one_of("--fail-on", o.fail_on, {"error", "warning", "info"});
  if (!o.side.empty() && o.side != "caller" && o.side != "callee")
    return not_one_of("--side", o.side, {"caller", "callee"});
  if (o.media != "zero" && o.media != "drop" && o.media != "keep")
    return not_one_of("--media", o.media, {"zero", "drop", "keep"});
  if (o.invert && o.match.empty()) return "-v: inverts --match REGEX, which is missing";
  if (o.follow && o.command != "messages" && o.command != "transactions" && o.command != "calls")
    return "--follow: messages, transactions and calls have it";
  if (!o.endpoint.empty() && !parse_endpoint(o.endpoint))
    return "--endpoint " + o.endpoint + ": write an address, with or without a port";
  if (o.command == "export" && o.wireshark_filter) {
    if (!o.output.empty()) return "--wireshark-filter: prints to standard output, without -o";
  } else if (o.command == "export") {
    std::vector<std::string> endings;
    for (const Exporter& one : exporters()) endings.emplace_back(one.ending);
    if (exporter_of_file(o.output) == nullptr)
      return not_one_of("-o", o.output.empty() ? "OUT" : o.output, endings);
  }
  for (const std::string& device : o.devices) {
    const bool file = file_exists(device) && device.find_first_of("./") != std::string::npos;
    if (!file && !device.starts_with('-')) continue;
    return "-i " + device +
           ": -i and -d name a device; name a file without them, and write (?i) in --match "
           "REGEX for letters in either case";
  }
  if (std::string wrong = wrong_ladder_option(o); !wrong.empty()) return wrong;
  if (o.command == "export" && !o.wireshark_filter) {
    if (std::string wrong = useless_packet_option(o); !wrong.empty()) return wrong;
    if (std::string wrong = useless_cluster_option(o); !wrong.empty()) return wrong;
  }
  if (o.command == "ladder" || (o.command == "export" && !o.wireshark_filter)) {
    if (std::string wrong = useless_ladder_option(o); !wrong.empty()) return wrong;
  }
  return wrong_format(o);
}

}  // namespace sipladder
