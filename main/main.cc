// sipladder: open the source, run it through the engine, show what was asked for.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <set>
#include <thread>

#include "capture/filter.h"
#include "capture/hep_listen.h"
#include "correlate/capture_clocks.h"
#include "export/ladder_text.h"
#include "export/wav.h"
#include "main/end_signals.h"
#include "main/options.h"
#include "main/selection.h"
#include "query/database.h"
#include "query/format.h"
#include "query/session.h"
#include "tui/terminal.h"
#include "tui/tui.h"

namespace sipladder {
namespace {

void complain(const std::string& sentence) {
  std::fprintf(stderr, "sipladder: %s\n", terminal_text(sentence).c_str());
}

std::string count_text(uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// A progress line on a terminal when reading takes over half a second; a source of unknown size has
// none.
class Progress {
 public:
  Progress(const Session& session, bool wanted) : session_(session) {
    const bool known = session.progress() >= 0;
    if (wanted && known && isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { show(); });
  }
  ~Progress() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void show() {
    int ticks = 0;
    for (; !done_; ticks++) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (ticks < 10) continue;
      std::fprintf(stderr, "\rreading: %3.0f %%", session_.progress() * 100);
    }
    if (ticks > 10) std::fprintf(stderr, "\r\033[K");
  }
  const Session& session_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

bool open_source(const Options& options, Session& session, std::vector<std::string>* errors) {
  std::unique_ptr<PacketSource> source;
  if (!options.devices.empty()) {
    std::string error;
    source = open_live(options.devices, {options.bpf, {}, {}}, true, session.log, &error);
    if (!error.empty()) errors->push_back(error);
  } else {
    OpenOptions open{options.bpf, capture_clocks(options.sources), options.unpack, options.hep_key};
    open.drop_root = true;
    source = open_captures(options.sources, open, session.log, errors);
  }
  if (source == nullptr) return false;
  session.set_source(std::move(source));
  return true;
}

// What is drawn together: each call alone, or with --session all legs of the end-to-end call.
std::vector<std::vector<CallId>> ladders_of(Session& session, const Options& options,
                                            const std::vector<CallId>& calls) {
  std::vector<std::vector<CallId>> ladders;
  if (!options.session) {
    for (const CallId call : calls) ladders.push_back({call});
    return ladders;
  }
  Legs& legs = session.analyst.legs();
  legs.update();
  std::set<CallId> drawn;
  for (const CallId call : calls) {
    if (drawn.insert(legs.session_of(call)).second) ladders.push_back(legs.legs_of(call));
  }
  return ladders;
}

// The calls that the options choose, in capture order. False after a mistake told on stderr.
bool choose_calls(Session& session, const Options& options, std::vector<CallId>* calls) {
  Reader reader(session.model, session.log, session.analyst);
  Database database(reader);
  const std::string chosen = selection(options);
  const std::string error = database.run(
      "SELECT id FROM calls" + (chosen.empty() ? "" : " WHERE " + chosen), [](const auto&) {},
      [&](const std::vector<Value>& values) {
        calls->push_back(CallId{static_cast<uint32_t>(values[0].integer)});
        return true;
      });
  if (!error.empty()) complain(error);
  return error.empty();
}

int print_query(Session& session, const Options& options, const std::string& sql) {
  const auto writer = make_row_writer(options.format, stdout);
  if (writer == nullptr) {
    complain("--format " + options.format + ": choose table, json, ndjson, csv or md");
    return kUsage;
  }
  Reader reader(session.model, session.log, session.analyst);
  std::vector<CallId> chosen;
  if (options.command == "stats" && !selection(options).empty()) {
    if (!choose_calls(session, options, &chosen)) return kUsage;
    reader.choose(&chosen);
  }
  Database database(reader);
  const std::string error = database.run(
      sql, [&](const std::vector<ResultColumn>& columns) { writer->begin(columns); },
      [&](const std::vector<Value>& values) {
        writer->row(values);
        return std::ferror(stdout) == 0;
      });
  if (!error.empty()) {
    complain(error);
    return kUsage;
  }
  writer->end();
  return kDone;
}

int print_ladders(Session& session, const Options& options) {
  if (options.format != "table" && options.format != "text") {
    complain("--format " + options.format + ": a ladder is printed as text");
    return kUsage;
  }
  std::vector<CallId> calls;
  if (!choose_calls(session, options, &calls)) return kUsage;
  LadderTextOptions text;
  text.utc = options.utc;
  text.cancellation = &session.model.cancellation;
  text.color = options.color == "always" || (options.color == "auto" && isatty(STDOUT_FILENO) != 0);
  LadderOptions ladder;
  ladder.rtp = options.rtp;
  ladder.sdp = options.sdp;
  ladder.raw = options.raw;
  ladder.transactions = options.transactions;
  ladder.memory = options.memory / 5;
  bool first = true;
  for (const std::vector<CallId>& legs : ladders_of(session, options, calls)) {
    if (session.model.cancellation.requested()) break;
    const std::string drawn = ladder_text(
        build_ladder({session.model, session.log, session.analyst, legs}, ladder), text);
    if (!first) std::fputs("\n", stdout);
    first = false;
    std::fwrite(drawn.data(), 1, drawn.size(), stdout);
    if (std::ferror(stdout) != 0) break;
  }
  return kDone;
}

// The first chosen call that has audio.
int export_talk(Session& session, const Options& options) {
  if (!options.output.ends_with(".wav")) {
    complain("export -o OUT: OUT must end in .wav");
    return kUsage;
  }
  std::vector<CallId> calls;
  if (!choose_calls(session, options, &calls)) return kUsage;
  session.analyst.media().update();
  std::erase_if(calls, [&](CallId id) { return session.analyst.media().streams_of(id).empty(); });
  if (calls.empty()) {
    complain(options.output + ": not written: none of the chosen calls has media in this capture");
    return kUnwritable;
  }
  const WavReport report = export_wav(session.model, session.analyst, calls.front(),
                                      options.sources, options.bpf, options.output);
  if (!report.unreadable.empty()) complain(report.unreadable);
  if (!report.error.empty()) {
    complain(report.error);
    return report.unreadable.empty() ? kUnwritable : kUnreadable;
  }
  std::printf("%s: call %u, %.1f s\n", terminal_text(options.output).c_str(), calls.front().value,
              report.seconds);
  for (const std::string& line : report.lines) std::printf("  %s\n", terminal_text(line).c_str());
  return report.unreadable.empty() ? kDone : kUnreadable;
}

int print_catalogue(const Options& options) {
  const auto writer = make_row_writer(options.format, stdout);
  if (writer == nullptr) return kUsage;
  writer->begin({{"code"}, {"severity"}, {"sentence"}});
  for (const Detector* detector : detectors()) {
    std::vector<Value> values(3);
    values[0].set(detector->code);
    values[1].set(to_string(detector->severity));
    values[2].set(detector->sentence);
    writer->row(values);
  }
  writer->end();
  return kDone;
}

int print_schema(const Options& options) {
  const auto writer = make_row_writer(options.format, stdout);
  if (writer == nullptr) return kUsage;
  writer->begin({{"table"}, {"column"}, {"type"}, {"meaning"}});
  for (const TableDescription* table : tables()) {
    for (const Column& column : table->columns) {
      std::vector<Value> values(4);
      values[0].set(table->name);
      values[1].set(column.name);
      values[2].set(column.type == "JSON" ? "TEXT (JSON)" : column.type);
      values[3].set(column.doc);
      writer->row(values);
    }
  }
  writer->end();
  return kDone;
}

// False when a signal comes first. A terminal gives one line at a time: none waits in a buffer.
bool wait_for_typing(const Session& session) {
  pollfd keyboard{STDIN_FILENO, POLLIN, 0};
  while (!session.model.cancellation.requested()) {
    if (poll(&keyboard, 1, -1) >= 0 || errno != EINTR) return true;
  }
  return false;
}

// Queries from standard input, each ended by ';' or by the end.
int sql_prompt(Session& session, const Options& options) {
  const bool typed = isatty(STDIN_FILENO) != 0;
  int status = kDone;
  std::string query, line;
  const auto prompt = [&] {
    if (typed) std::fputs(query.empty() ? "sql> " : "...> ", stdout);
    std::fflush(stdout);
  };
  for (prompt(); !typed || wait_for_typing(session); prompt()) {
    if (!std::getline(std::cin, line)) break;
    if (query.empty() && (line == "quit" || line == "exit" || line == ".quit")) break;
    if (query.empty() && (line == "schema" || line == ".schema")) {
      print_schema(options);
      continue;
    }
    query += (query.empty() ? "" : "\n") + line;
    if (query.find_first_not_of(" \t\n") == std::string::npos) {
      query.clear();
      continue;
    }
    if (query.find(';') == std::string::npos) continue;
    const int result = print_query(session, options, query);
    if (result != kDone) status = result;
    query.clear();
  }
  if (!query.empty() && !session.model.cancellation.requested()) {
    const int result = print_query(session, options, query);
    if (result != kDone) status = result;
  }
  return typed ? int{kDone} : status;
}

int show(Session& session, const Options& options) {
  if (options.command == "ladder") return print_ladders(session, options);
  if (options.command == "export") return export_talk(session, options);
  if (options.command == "sql") {
    return options.query.empty() ? sql_prompt(session, options)
                                 : print_query(session, options, options.query);
  }
  return print_query(session, options, select_for(options));
}

// Whoever listens should know whom he believes.
void tell_who_is_believed(const Session& session) {
  for (const SourceInfo& info : session.model.captures) {
    if (!info.from_anybody) continue;
    complain(info.name +
             ": takes HEP from anybody who can reach this address; --hep-key KEY takes "
             "only packets with that key");
  }
}

void tell_refused(const SourceInfo& info) {
  const auto count = [](uint64_t n, const char* one, const char* many) {
    return n == 1 ? std::string(one) : std::to_string(n) + many;
  };
  if (info.refused > 0) {
    complain(info.name + ": " +
             count(info.refused, "one HEP packet without the right key was refused",
                   " HEP packets without the right key were refused"));
  }
  if (info.connections_closed > 0) {
    complain(info.name + ": " +
             count(info.connections_closed, "the connection that was silent longest was",
                   " connections, those that were silent longest, were") +
             " closed to make room for others");
  }
}

int finish(int status, Session& session, const std::vector<std::string>& errors) {
  for (const std::string& error : errors) complain(error);
  bool damaged = !errors.empty();
  for (const SourceInfo& info : session.model.captures) {
    tell_refused(info);
    if (info.damage.empty()) continue;
    complain(info.damage + "; everything before it was read");
    damaged = true;
  }
  if (const std::string trouble = session.log.trouble(); !trouble.empty()) {
    complain(trouble);
    damaged = true;
  }
  const Evicted& evicted = session.model.evicted;
  std::string gone = evicted.calls > 0 ? count_text(evicted.calls, "call") : "";
  if (evicted.streams > 0)
    gone += (gone.empty() ? "" : " and ") + count_text(evicted.streams, "stream");
  if (!gone.empty()) complain(gone + ", the oldest, given up to stay within --memory and --spool");
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain(std::string("standard output: not all could be written: ") + std::strerror(errno));
    return kUnwritable;
  }
  return status != kDone ? status : damaged ? kUnreadable : kDone;
}

int run(const Options& options) {
  if (options.command == "schema") return print_schema(options);
  if (options.list) return print_catalogue(options);
  if (!options.match.empty()) {
    const std::string error = Database::check_pattern(options.match);
    if (!error.empty()) {
      complain("--match: " + error);
      return kUsage;
    }
  }
  if (const std::string error = check_filter(options.bpf); !error.empty()) {
    complain(error);
    return kUsage;
  }
  Session session;
  session.set_memory(options.memory);
  session.log.set_spool_limit(options.spool);
  session.analyst.legs().join_by(options.join_headers);
  // Whoever chose calls wants to see what is found of each.
  if (options.command == "findings" && selection(options).empty())
    session.analyst.tell_alike_once();
  std::vector<std::string> errors;
  if (!open_source(options, session, &errors)) {
    for (const std::string& error : errors) complain(error);
    return kUnreadable;
  }
  tell_who_is_believed(session);
  const bool interface =
      options.command.empty() && !options.no_interface && isatty(STDOUT_FILENO) != 0;
  if (interface) {
    for (const std::string& error : errors) complain(error);
    TuiOptions tui;
    tui.live = !options.devices.empty() ||
               std::any_of(options.sources.begin(), options.sources.end(), is_hep_source);
    tui.utc = options.utc;
    tui.calls_only = options.calls_only;
    int status = kDone;
    {
      const EndSignals signals(session, leave_terminal_at_once);
      status = run_tui(session, tui);
    }
    return finish(status, session, errors);
  }
  EndSignals signals(session, nullptr);
  {
    const Progress progress(session, !options.quiet);
    session.run();
  }
  signals.cancel_at_once();
  const int status = show(session, options);
  if (session.model.cancellation.requested())
    complain("ended by a signal before all was looked at: what is printed is not all");
  return finish(status, session, errors);
}

}  // namespace
}  // namespace sipladder

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  sipladder::Options options;
  const int parsed = sipladder::parse_options(argc, argv, &options);
  return parsed >= 0 ? parsed : sipladder::run(options);
}
