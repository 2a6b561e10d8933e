#include "main/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "query/format.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

constexpr const char* kCommands[][2] = {
    {"calls", "the call list"},
    {"ladder", "ladder diagrams of the chosen calls"},
    {"findings", "what is wrong and why, worst first, with evidence; --list prints the catalogue"},
    {"messages", "one row per SIP message"},
    {"transactions", "one row per transaction and hop"},
    {"dialogs", "one row per dialog"},
    {"streams", "one row per RTP stream"},
    {"registrations", "one row per binding"},
    {"subscriptions", "one row per subscription"},
    {"stats", "counts, ratios, percentiles, and where every packet went"},
    {"export", "-o FILE.wav: the talk of one call, caller left, callee right"},
    {"sql", "any read-only query over the tables: sql SOURCE... QUERY; a prompt without one"},
    {"schema", "the tables and their columns"},
};

// Commands of which the contract speaks and that are not there yet.
constexpr const char* kPlanned[] = {"nat", "compare", "redact", "check", "capture"};

// What sngrep's options become here.
constexpr const char* kInstead[][2] = {
    {"-O", "-O: write the chosen calls with tcpdump -w for now; an export command comes later"},
    {"-R", "-R: nothing to rotate: beyond --memory, calls that ended longest ago make room"},
    {"-l", "-l: the number of calls has no limit; --memory SIZE bounds what is kept"},
    {"-H", "-H: sending HEP comes later"},
    {"-L", "-L: name hep:HOST:PORT as a SOURCE to listen for HEP"},
    {"-k", "-k: TLS decryption comes later"},
};

void add_options(CLI::App& app, Options* o) {
  app.add_option("-i,-d,--device", o->devices, "capture live from DEVICE (repeatable)")
      ->allow_extra_args(false);
  app.add_option("-I", o->sources, "read FILE (the same as a SOURCE)")->allow_extra_args(false);
  app.add_option("--where", o->where, "SQL condition over calls");
  app.add_option("--call-id", o->call_id, "the call with this Call-ID");
  app.add_option("--call", o->call, "the call with this number");
  app.add_option("--match", o->match,
                 "calls of which any message matches this regular expression (re2)");
  app.add_flag("-c,--calls-only", o->calls_only, "INVITE calls only");
  app.add_option("--bpf", o->bpf, "capture filter");
  app.add_option("--from", o->from,
                 "calls that are not over before TIME, such as 2024-01-02T03:04:05Z");
  app.add_option("--to", o->to, "calls that begin before TIME");
  app.add_option("--format", o->format, "table, json, ndjson, csv, md; ladder: text");
  app.add_option("--columns", o->columns, "a,b,c");
  app.add_option("--memory", o->memory,
                 "what may be used, such as 512M or 4G (1G): beyond it, calls that ended longest "
                 "ago are given up")
      ->transform(CLI::AsSizeValue(false));
  app.add_flag("--utc", o->utc, "times in UTC");
  app.add_option("--color", o->color, "auto, always, never");
  app.add_flag("--no-progress,-q", o->quiet, "no progress on stderr");
  app.add_flag("-N", o->no_interface, "no interface: print the call list");
  app.add_flag("-v,--invert", o->invert, "calls of which no message matches --match");
  app.add_flag("-r", o->ignored, "accepted as sngrep has it: RTP is always looked at");
  app.add_flag("--list", o->list, "findings: print the catalogue");
  app.add_flag("--sdp", o->sdp, "ladder: a summary of each SDP");
  app.add_flag("--rtp,!--no-rtp", o->rtp, "ladder: media bars");
  app.add_flag("--raw", o->raw, "ladder: the text of each message");
  app.add_flag("--transactions", o->transactions, "ladder: state and timers of each transaction");
  app.add_flag("--session", o->session, "ladder: all legs of the end-to-end call on one ladder");
  app.add_flag("!--no-frames", o->frames, "ladder: no frame numbers");
  app.add_flag("--ascii", o->ascii, "ladder: drawn in ASCII");
  app.add_option("--width", o->width, "columns that the output may take (20 to 10000)")
      ->check(CLI::Range(20, 10000));
  app.add_option("-o,--output", o->output, "export: the file to write");
  app.add_option("--join-header", o->join_headers,
                 "header whose equal values join legs of one call (repeatable)")
      ->allow_extra_args(false);
  app.set_version_flag("-V,--version", "sipladder 0.1.0");
}

std::string refused(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    for (const auto& row : kInstead) {
      if (std::string_view(argv[i]) == row[0]) return row[1];
    }
  }
  return {};
}

bool exists(const std::string& name) {
  return access(name.c_str(), F_OK) == 0;
}

// The first word when it is neither a command nor a file, and looks like a command; what is wrong
// with it then.
std::string no_command(const std::string& word) {
  const bool letters = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalpha(c) != 0 || c == '_' || c == '-';
  });
  if (!letters || word == "-" || exists(word)) return {};
  const bool planned = std::any_of(std::begin(kPlanned), std::end(kPlanned),
                                   [&](const char* name) { return word == name; });
  if (planned) return word + ": this command is not there yet";
  return word + ": neither a command nor a file (see --help for the commands)";
}

// What CLI11 cannot know.
std::string mistake_in(const Options& o) {
  for (const auto& [name, time] : {std::pair("--from", o.from), std::pair("--to", o.to)}) {
    if (!time.empty() && !parse_time(time))
      return std::string(name) + " " + time + ": no time; " + std::string(kTimeForms);
  }
  if (o.invert && o.match.empty()) return "-v: inverts --match REGEX, which is missing";
  for (const std::string& device : o.devices) {
    if (exists(device) && device.find_first_of("./") != std::string::npos)
      return "-i " + device +
             ": -i and -d name a device; name a file without them, and write (?i) in --match "
             "REGEX for letters in either case";
  }
  return {};
}

int wrong_usage(const std::string& sentence) {
  std::fprintf(stderr, "sipladder: %s\n", terminal_text(sentence).c_str());
  return kUsage;
}

// The query is the word that no file is called by; without one there is a prompt.
void take_query(std::vector<std::string>* words, std::string* query) {
  const auto found = std::find_if(words->begin(), words->end(), [](const std::string& word) {
    return word.find_first_of(" \t\n") != std::string::npos && !exists(word);
  });
  if (found == words->end()) return;
  *query = *found;
  words->erase(found);
}

}  // namespace

int parse_options(int argc, char** argv, Options* options) {
  if (const std::string instead = refused(argc, argv); !instead.empty())
    return wrong_usage(instead);
  CLI::App app(
      "sipladder: who hears nothing, why, and which frames prove it\n"
      "sipladder [OPTIONS] [SOURCE...] opens the terminal UI; sipladder COMMAND [OPTIONS] "
      "SOURCE... does one thing and ends.");
  std::vector<std::string> words;
  app.add_option("words", words,
                 "COMMAND and SOURCE...: capture files, folders, or - for standard input")
      ->type_name("");
  add_options(app, options);
  std::string commands = "Commands:\n";
  for (const auto& row : kCommands)
    commands += std::string("  ") + row[0] +
                std::string(15 - std::string_view(row[0]).size(), ' ') + row[1] + "\n";
  app.footer(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const bool command =
      !words.empty() && std::any_of(std::begin(kCommands), std::end(kCommands),
                                    [&](const auto& row) { return words[0] == row[0]; });
  if (command) {
    options->command = words[0];
    words.erase(words.begin());
  } else if (!words.empty()) {
    if (const std::string wrong = no_command(words[0]); !wrong.empty()) return wrong_usage(wrong);
  }
  if (const std::string wrong = mistake_in(*options); !wrong.empty()) return wrong_usage(wrong);
  if (options->command == "sql") take_query(&words, &options->query);
  options->sources.insert(options->sources.end(), words.begin(), words.end());
  const bool needs_source = options->command != "schema" && !options->list;
  if (needs_source && options->sources.empty() && options->devices.empty()) {
    return wrong_usage(
        "no SOURCE: name a capture file, a folder, - for standard input, or -i DEVICE (see "
        "--help)");
  }
  return -1;
}

}  // namespace sipladder
