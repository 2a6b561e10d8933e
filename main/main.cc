// sipladder: open the source, run it through the engine, show what was asked for.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "capture/db_notes.h"
#include "capture/filter.h"
#include "correlate/engine/capture_clocks.h"
#include "correlate/model/names.h"
#include "decode/link_types.h"
#include "export/exporters.h"
#include "main/cluster.h"
#include "main/commands.h"
#include "main/end_signals.h"
#include "main/interface.h"
#include "main/options.h"
#include "main/output.h"
#include "main/output_place.h"
#include "main/print.h"
#include "main/recording.h"
#include "main/ring.h"
#include "main/selection.h"
#include "main/text_file.h"
#include "query/database.h"
#include "query/session.h"
#include "tui/terminal.h"
#include "tui/tui.h"

namespace sipladder {
namespace {

// Shows a progress line on a terminal when reading takes over half a second. A source of unknown
// size gets none.
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

// Whether the command needs the packets again, also those that the model does not refer to.
bool reads_again(const Options& options) {
  const Exporter* const exporter = exporter_of_file(options.output);
  if (options.command != "export" || exporter == nullptr) return false;
  return options.audio || (exporter->options & kReadsAgain) != 0;
}

// The rows of a live source are not lost because somebody ends it.
bool is_stored_elsewhere(const Options& options) {
  const Exporter* const exporter = exporter_of_file(options.output);
  return options.command == "export" && exporter != nullptr && exporter->is_place();
}

std::unique_ptr<PacketSource> open_source(const Options& options, PacketLog& log, KeyLog* keys,
                                          std::vector<std::string>* errors) {
  std::unique_ptr<PacketSource> source;
  if (!options.devices.empty()) {
    std::string error;
    source = open_live(options.devices, {options.bpf, {}, {}}, true, log, &error);
    if (!error.empty()) errors->push_back(error);
  } else {
    OpenOptions open{options.bpf, capture_clocks(options.sources), options.unpack, options.hep_key};
    open.drop_root = true;
    open.keys = keys;
    NeededFiles needed = needed_files(options);
    open.growing = std::move(needed.growing);
    source = open_captures(needed.names, open, log, errors);
    if (source != nullptr && needed.window) source = within(std::move(source), *needed.window);
  }
  return source;
}

void read_keys(const Options& options, Session* session, std::vector<std::string>* errors) {
  for (const std::string& name : options.key_logs) {
    std::string error = session->key_sources.add(name, options.is_live());
    if (!error.empty()) errors->push_back(std::move(error));
  }
  for (const std::string& name : options.rsa_keys) {
    std::string error = session->rsa_keys.add_file(name);
    if (!error.empty()) errors->push_back(std::move(error));
  }
}

// `interface`: the user of the terminal UI can save at any time.
std::unique_ptr<PacketSource> kept_for_later(const Options& options, bool interface,
                                             Session& session, std::unique_ptr<PacketSource> source,
                                             std::vector<std::string>* errors) {
  if (!options.reads_once() || !(interface || reads_again(options))) return source;
  const std::string error = session.tape.open(options.spool);
  if (!error.empty()) errors->push_back(error);
  return session.tape.is_open() ? session.tape.recorded(std::move(source)) : std::move(source);
}

int prepare(const Options& options, Prepared* prepared) {
  const int wrong = read_host_aliases(options, &prepared->aliases);
  return wrong != kDone ? wrong : plan_check(options, &prepared->check);
}

int show(Session& session, const Options& options, const Prepared& prepared) {
  return find_command(options.command.empty() ? "calls" : options.command)
      ->show(session, options, prepared);
}

// Warns when HEP is accepted from any sender.
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
  constexpr size_t kMostTold = 5;
  size_t told = 0;
  for (const HepSender& sender : info.hep_senders) {
    if (sender.refused == 0 || ++told > kMostTold) continue;
    complain(info.name + ": " + std::to_string(sender.refused) + " of them from " + sender.address +
             (sender.has_id ? " (capture id " + std::to_string(sender.capture_id) + ")" : "") +
             ": " + std::string(words_of(sender.last_refusal)));
  }
  if (info.connections_closed > 0) {
    complain(info.name + ": " +
             count(info.connections_closed, "the connection that was silent longest was",
                   " connections, those that were silent longest, were") +
             " closed to make room for others");
  }
}

std::string undecoded_link(uint16_t link_type) {
  const std::string_view name = link_type_name(link_type);
  return "its link type " + std::to_string(link_type) +
         (name.empty() ? std::string() : " (" + std::string(name) + ")") +
         " is not decoded: nothing of it could be read";
}

int finish(int status, Session& session, const std::vector<std::string>& errors) {
  for (const std::string& error : errors) complain(error);
  bool damaged = !errors.empty();
  for (size_t i = 0; i < session.model.captures.size(); i++) {
    const SourceInfo& info = session.model.captures[i];
    tell_refused(info);
    const bool read_none = info.packets > 0 && i < session.model.sources.size() &&
                           session.model.sources[i].undecoded >= info.packets;
    if (info.unread > 0 && info.packets > 0) complain(info.name + ": " + unread_sentence(info));
    if (read_none && !is_decoded_link(info.link_type)) {
      complain(info.name + ": " + undecoded_link(info.link_type));
      damaged = true;
    }
    if (info.damage.empty()) continue;
    complain(info.damage + "; everything before it was read");
    damaged = true;
  }
  if (const std::string trouble = session.log.trouble(); !trouble.empty()) {
    complain(trouble);
    damaged = true;
  }
  const Evicted& evicted = session.model.evicted;
  std::string gone = evicted.calls > 0 ? counted(evicted.calls, "call") : "";
  if (evicted.streams > 0)
    gone += (gone.empty() ? "" : " and ") + counted(evicted.streams, "stream");
  if (!gone.empty()) complain(gone + ", the oldest, given up to stay within --memory and --spool");
  // A damaged capture makes the result of `check` worthless: kUnreadable replaces kFailed.
  const bool decided = status != kDone && status != kFailed;
  return after_output(damaged && !decided ? int{kUnreadable} : status);
}

// A sentence about a mistake in the options that can be found before a packet is read.
std::string mistake_before_reading(const Options& options) {
  if (!options.match.empty()) {
    const std::string error = Database::check_pattern(options.match);
    if (!error.empty()) return "--match: " + error;
  }
  if (const std::string error = check_filter(options.bpf); !error.empty()) return error;
  if (!wants_interface(options) || !unusable_terminal().empty()) return mistake_in_query(options);
  if (std::string error = mistake_in_list_columns(options); !error.empty()) return error;
  Options without = options;  // columns of the list need not be columns of `calls`
  without.columns.clear();
  return mistake_in_query(without);
}

// Adds how to get permission, when a device may not be opened.
std::string with_advice(const Options& options, std::string error) {
  const bool denied = error.find("ermission") != std::string::npos ||
                      error.find("not permitted") != std::string::npos;
  if (options.devices.empty() || !denied) return error;
  return error + ": capture with sudo, or give the program the right once: sudo setcap " +
         "cap_net_raw,cap_net_admin=eip " + program_path();
}

// Whether rows are printed as packets come.
bool follows(const Options& options) {
  const bool rows = options.command == "messages" || options.command == "transactions";
  return options.follow || (rows && options.is_live());
}

int run_command(Session& session, const Options& options, const Prepared& prepared,
                const std::vector<std::string>& errors, Recording& recording, EndSignals& signals) {
  int status = kDone;
  {
    const Progress progress(session, !options.quiet);
    if (follows(options)) {
      status = follow_rows(session, options);
    } else {
      session.run();
    }
  }
  signals.cancel_at_once();
  if (recording.is_wanted()) {
    status = recording.finish(session);
  } else if (!follows(options)) {
    status = show(session, options, prepared);
  }
  if (session.model.cancellation.requested())
    complain("ended by a signal before all was looked at: what is printed is not all");
  return finish(status, session, errors);
}

// Reads the notes beside each capture; most captures have none. Notes beside a saved session are
// newer than the notes in it.
void read_notes(const Options& options, Notes* notes) {
  for (const std::string& capture : options.sources) {
    std::string text;
    if (read_text_file(notes_path(capture), &text).empty()) {
      notes->take(text);
      continue;
    }
    for (const DbNote& note : notes_in_db(capture)) {
      notes->set(note.frame == 0 ? note.call_id
                                 : Notes::message_key(note.call_id, note.frame, note.source),
                 note.text);
    }
  }
}

// An exit status, when the cluster has answered, or when there is nothing to go on with.
std::optional<int> read_cluster(Options* options, ClusterFiles* fetched,
                                std::vector<std::string>* errors) {
  if (const auto status = print_from_cluster(*options)) return status;
  return fetched->fetch(options, errors);
}

void set_up(const Options& options, Session* session) {
  session->set_memory(options.memory);
  session->log.set_spool_limit(options.spool);
  session->analyst.legs().join_by(options.join_headers);
  // Findings that many calls share are told once, unless the user has chosen calls.
  const bool all_findings = options.command == "findings" || options.command == "nat";
  if (all_findings && selection(options).empty()) session->analyst.tell_alike_once();
}

int run(const Options& given) {
  Options options = given;
  const Command* const command = find_command(options.command);
  if (const std::string wrong = mistake_in_cluster(options); !wrong.empty()) {
    complain(wrong);
    return kUsage;
  }
  if (command != nullptr && command->tell != nullptr) return after_output(command->tell(options));
  if (options.list) return after_output(print_catalogue(options));
  ClusterFiles fetched;
  std::vector<std::string> errors;
  if (reads_cluster(options)) {
    if (const auto status = read_cluster(&options, &fetched, &errors)) return after_output(*status);
  }
  if (const std::string wrong = mistake_before_reading(options); !wrong.empty()) {
    complain(wrong);
    return kUsage;
  }
  Prepared prepared;
  if (const int wrong = prepare(options, &prepared); wrong != kDone) return wrong;
  Recording recording;
  Session session;
  set_up(options, &session);
  read_keys(options, &session, &errors);
  make_output_for_next_user(options);
  std::unique_ptr<PacketSource> source = open_source(options, session.log, &session.keys, &errors);
  for (std::string& error : errors) error = with_advice(options, std::move(error));
  if (source == nullptr) {
    for (const std::string& error : errors) complain(error);
    return kUnreadable;
  }
  if (const std::string wrong = unwritable_output(options); !wrong.empty()) {
    complain(wrong);
    return kUnwritable;
  }
  if (const int wrong = recording.begin(options); wrong != kDone) return wrong;
  const bool interface = opens_interface(options);
  if (!recording.is_wanted())
    source = kept_for_later(options, interface, session, std::move(source), &errors);
  session.set_source(recording.record(std::move(source)));
  read_notes(options, &session.analyst.notes());
  EndSignals signals(session, interface ? leave_terminal_at_once : nullptr);
  if (is_stored_elsewhere(options)) signals.take_time();
  tell_who_is_believed(session);
  return interface ? finish(run_interface(session, options, prepared, errors), session, errors)
                   : run_command(session, options, prepared, errors, recording, signals);
}

}  // namespace
}  // namespace sipladder

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // then a file size limit is a write error, like a full disk
  sipladder::Options options;
  const int parsed = sipladder::parse_options(argc, argv, &options);
  return parsed >= 0 ? parsed : sipladder::run(options);
}
