#include "tests/fuzz/examine.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "correlate/engine/capture_clocks.h"
#include "export/ladder_formats.h"
#include "export/ladder_text.h"
#include "export/wav.h"
#include "query/format.h"
#include "tests/support/invariants.h"

namespace sipladder::fuzz {
namespace {

constexpr size_t kMemory = 64 << 20;
constexpr size_t kMaxLadders = 30;
constexpr size_t kMaxTalks = 3;
// A second for 64 KB, three times as much for what coverage and the sanitizers take.
constexpr double kSecondsPerBlock = 3;
constexpr size_t kBlock = 64 << 10;

bool g_limit_time = false;

// Files in memory only. Their names are the same as long as this object lives.
class MemoryFiles {
 public:
  explicit MemoryFiles(const std::vector<std::string>& contents) {
    for (const std::string& bytes : contents) {
      const int fd = memfd_create("capture", 0);
      if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        std::abort();
      fds_.push_back(fd);
      names_.push_back("/proc/self/fd/" + std::to_string(fd));
    }
  }
  ~MemoryFiles() {
    for (const int fd : fds_) close(fd);
  }
  MemoryFiles(const MemoryFiles&) = delete;
  MemoryFiles& operator=(const MemoryFiles&) = delete;
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<int> fds_;
  std::vector<std::string> names_;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Shown {
  std::string wrong;
  std::string text;
  void note(const std::string& sentence) {
    if (wrong.empty()) wrong = sentence;
  }
  void add(const std::string& what, const std::string& more) {
    if (const std::string control = control_in(more); !control.empty())
      note(what + " shows " + control);
    text += more;
  }
};

void show_tables(Session& session, Shown* shown) {
  static constexpr const char* kFormats[] = {"csv", "json", "table", "ndjson", "md"};
  for (const TableDescription* table : tables()) {
    for (const char* format : kFormats) {
      std::string error;
      const std::string sql = "SELECT * FROM " + std::string(table->name);
      const std::string rows = shown_rows(session, sql, format, &error);
      if (!error.empty()) shown->note(sql + ": " + error);
      shown->add(std::string(table->name) + " as " + format, rows);
    }
  }
}

void show_ladder(Session& session, const std::vector<CallId>& calls, Shown* shown) {
  static constexpr int kWidths[] = {0, 40, 100};
  for (const int width : kWidths) {
    LadderOptions options;
    options.sdp = options.raw = options.transactions = width != 100;
    LadderTextOptions text;
    text.utc = true;
    text.width = width;
    text.ascii = width == 40;
    const LadderInput input{session.model, session.log, session.analyst, calls};
    shown->add("a ladder", ladder_text(build_ladder(input, options), text));
  }
}

// As the other formats have it.
void show_formats(Session& session, const std::vector<CallId>& calls, Shown* shown) {
  LadderOptions options;
  options.sdp = options.raw = options.transactions = options.scale_time = true;
  LadderStyle style;
  style.text.utc = true;
  const LadderInput input{session.model, session.log, session.analyst, calls};
  const Ladder ladder = build_ladder(input, options);
  for (const LadderFormat& format : ladder_formats()) {
    char* text = nullptr;
    size_t size = 0;
    std::FILE* const file = open_memstream(&text, &size);
    if (file == nullptr) std::abort();
    BoundedOutput out(RowStyle(), file);
    const auto writer = format.make(style, &out);
    if (!writer->add(ladder)) shown->note("a ladder does not fit as " + std::string(format.name));
    writer->end();
    std::fclose(file);
    shown->add("a ladder as " + std::string(format.name), std::string(text, size));
    std::free(text);
  }
}

void show_ladders(Session& session, Shown* shown) {
  std::vector<CallId> all;
  for (const CallId call : session.model.calls.ids()) {
    if (all.size() == kMaxLadders) break;
    all.push_back(call);
    show_ladder(session, {call}, shown);
    show_formats(session, {call}, shown);
  }
  if (all.size() > 1) show_ladder(session, all, shown);
}

void show_talks(Session& session, const std::vector<std::string>& names, Shown* shown) {
  session.analyst.media().update();
  size_t talks = 0;
  for (const CallId call : session.model.calls.ids()) {
    if (session.analyst.media().streams_of(call).empty()) continue;
    if (talks++ == kMaxTalks) break;
    const MemoryFiles out({""});
    const WavReport report = export_wav({.model = session.model,
                                         .log = session.log,
                                         .analyst = session.analyst,
                                         .path = out.names()[0],
                                         .sources = names},
                                        call);
    for (const std::string& line : report.lines) shown->add("export", terminal_text(line) + "\n");
  }
}

Shown show(const std::vector<std::string>& names, const Look& look) {
  Shown shown;
  Session session;
  session.set_memory(kMemory);
  std::vector<std::string> errors;
  OpenOptions options{"", capture_clocks(names)};
  options.keys = &session.keys;
  auto source = open_captures(names, options, session.log, &errors);
  for (const std::string& error : errors) shown.add("an error", terminal_text(error) + "\n");
  if (source == nullptr && errors.empty()) shown.note("not opened, and nothing said");
  if (source == nullptr) return shown;
  session.set_source(std::move(source));
  session.run();
  for (const SourceInfo& info : session.model.captures) shown.text += info.damage + "\n";
  if (look.instead) {
    shown.add("what was asked", look.instead(session));
  } else {
    show_tables(session, &shown);
    show_ladders(session, &shown);
    if (look.audio) show_talks(session, names, &shown);
    for (const std::string& sentence : broken_invariants(session)) shown.note(sentence);
  }
  shown.note(session.log.trouble());  // nobody takes bytes away here
  return shown;
}

std::string difference(const std::string& a, const std::string& b) {
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) at++;
  const size_t from = at > 80 ? at - 80 : 0;
  return "the same input gave other bytes at " + std::to_string(at) + ":\n" + a.substr(from, 160) +
         "\n--- and\n" + b.substr(from, 160);
}

}  // namespace

void limit_time(bool on) {
  g_limit_time = on;
}

std::string shown_rows(Session& session, const std::string& sql, const std::string& format,
                       std::string* wrong) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* const out = open_memstream(&text, &size);
  {
    RowStyle style;
    style.format = format;
    const auto writer = make_row_writer(style, out);
    Reader reader(session.model, session.log, session.analyst);
    Database database(reader);
    *wrong = database.run(
        sql, [&](const std::vector<ResultColumn>& columns) { writer->begin(columns); },
        [&](const std::vector<Value>& values) {
          writer->row(values);
          return true;
        });
    if (wrong->empty()) writer->end();
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);  // NOLINT: as open_memstream wants it
  return result;
}

std::string control_in(std::string_view text) {
  for (size_t i = 0; i < text.size(); i++) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool line_end = c == '\n' || c == '\r' || c == '\t';
    if ((c < 0x20 && !line_end) || c == 0x7F)
      return "the byte " + std::to_string(c) +
             " behind: " + std::string(text.substr(i > 60 ? i - 60 : 0, std::min<size_t>(i, 60)));
    if (c == 0xC2 && i + 1 < text.size() && (text[i + 1] & 0xE0) == 0x80)
      return "a C1 control character";
    const std::string_view three = text.substr(i, 3);
    if ((three >= "\xE2\x80\xAA" && three <= "\xE2\x80\xAE") ||
        (three >= "\xE2\x81\xA6" && three <= "\xE2\x81\xA9"))
      return "a bidirectional control character";
  }
  return {};
}

std::string examine(const std::vector<std::string>& captures, const Look& look) {
  const MemoryFiles files(captures);
  size_t size = 0;
  for (const std::string& capture : captures) size += capture.size();
  const double begin = processor_seconds();
  const Shown first = show(files.names(), look);
  const double took = processor_seconds() - begin;
  if (!first.wrong.empty()) return first.wrong;
  if (g_limit_time && took > kSecondsPerBlock * static_cast<double>(1 + size / kBlock))
    return std::to_string(took) + " s for " + std::to_string(size) + " bytes";
  const Shown second = show(files.names(), look);
  return first.text == second.text ? "" : difference(first.text, second.text);
}

}  // namespace sipladder::fuzz
