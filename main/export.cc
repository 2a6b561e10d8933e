// The chosen calls as a file; its ending says which.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "export/wav.h"
#include "main/output.h"
#include "main/print.h"
#include "query/database.h"

namespace sipladder {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

int unwritable(const Options& options) {
  complain(options.output + ": could not be written: " + std::strerror(errno));
  return kUnwritable;
}

// Runs `write` on the file, which is there when all could be written.
template <typename Write>
int write_file(const Options& options, Write write) {
  File file(std::fopen(options.output.c_str(), "we"), std::fclose);
  if (file == nullptr) return unwritable(options);
  write(file.get());
  const bool failed = std::ferror(file.get()) != 0;
  return std::fclose(file.release()) != 0 || failed ? unwritable(options) : int{kDone};
}

int export_rows(Session& session, const Options& options, const ChosenCalls& chosen,
                const std::string& format) {
  RowStyle style = row_style(options);
  style.format = format;
  return write_file(options, [&](std::FILE* file) {
    Reader reader(session.model, session.log, session.analyst);
    reader.choose(chosen.get());
    const auto writer = make_row_writer(style, file);
    Database(reader).run(
        "SELECT * FROM calls",
        [&](const std::vector<ResultColumn>& columns) { writer->begin(columns); },
        [&](const std::vector<Value>& values) {
          return writer->row(values) && std::ferror(file) == 0;
        });
    writer->end();
  });
}

int export_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases,
                   const ChosenCalls& chosen, const LadderFormat& format) {
  constexpr int kWidth = 100;
  LadderTextOptions text = ladder_text_options(session, options);
  text.width = options.width > 0 ? options.width : kWidth;
  return write_file(options, [&](std::FILE* file) {
    write_ladders(session, options, aliases, chosen, format, text, file);
  });
}

// The first chosen call that has audio.
int export_talk(Session& session, const Options& options, const ChosenCalls& chosen) {
  std::vector<CallId> calls = chosen.list(session.model);
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
  return report.unreadable.empty() ? int{kDone} : int{kUnreadable};
}

}  // namespace

int export_calls(Session& session, const Options& options, const std::vector<HostAlias>& aliases) {
  const ChosenCalls chosen(session, options);
  if (chosen.none()) return kDone;
  const std::string ending = options.output.substr(options.output.rfind('.') + 1);
  if (ending == "wav") return export_talk(session, options, chosen);
  if (const LadderFormat* const format = ladder_format_of_file(options.output))
    return export_ladders(session, options, aliases, chosen, *format);
  return export_rows(session, options, chosen, ending);
}

}  // namespace sipladder
