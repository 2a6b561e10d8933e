// Ladders of the chosen calls.
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "export/ladder_formats.h"
#include "main/host_names.h"
#include "main/output.h"
#include "main/print.h"

namespace sipladder {
namespace {

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

// More hosts than find place beside each other share the last column.
size_t columns_within(int width) {
  constexpr int kLeft = 8, kLeastSpacing = 2;
  return static_cast<size_t>(std::clamp((width - kLeft) / kLeastSpacing, 2, 64));
}

LadderOptions ladder_options(const Options& options, const std::vector<HostAlias>& aliases,
                             const LadderFormat& format, int width) {
  LadderOptions ladder;
  if (is_text(format)) ladder.max_columns = columns_within(width);
  ladder.compact = options.compact;
  ladder.scale_time = options.scale_time;
  if (options.columns_by == "endpoint") ladder.columns_by = ColumnsBy::endpoint;
  if (options.columns_by == "name") ladder.columns_by = ColumnsBy::name;
  ladder.aliases = aliases;
  ladder.order = options.order;
  for (const std::string& name : options.hide) ladder.hidden.push_back(method_called(name));
  ladder.rtp = options.rtp;
  ladder.sdp = options.sdp;
  ladder.raw = options.raw;
  ladder.transactions = options.transactions;
  ladder.utc = options.utc;
  ladder.memory = options.memory / 5;
  return ladder;
}

// Names of --order that fit no host of any ladder.
class Misnamed {
 public:
  explicit Misnamed(const Options& options) : left_(options.order.begin(), options.order.end()) {}

  void note(const Ladder& ladder) {
    const std::set<std::string> unknown(ladder.unknown.begin(), ladder.unknown.end());
    std::erase_if(left_, [&](const std::string& name) { return !unknown.contains(name); });
  }
  void complain_of_rest() const {
    for (const std::string& name : left_)
      complain("--order " + name + ": no host of these ladders is called so");
  }

 private:
  std::set<std::string> left_;
};

}  // namespace

int read_host_aliases(const Options& options, std::vector<HostAlias>* aliases) {
  std::string wrong;
  bool unreadable = false;
  if (options.alias.empty() || read_aliases(options.alias, aliases, &wrong, &unreadable))
    return kDone;
  complain(wrong);
  return unreadable ? kUnreadable : kUsage;
}

void write_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases,
                   const ChosenCalls& chosen, const LadderFormat& format,
                   const LadderTextOptions& text, std::FILE* file) {
  BoundedOutput out(row_style(options), file);
  const LadderOptions wanted = ladder_options(options, aliases, format, text.width);
  const auto writer = format.make({text, wanted.memory}, &out);
  Misnamed misnamed(options);
  bool any = false;
  for (const auto& legs : ladders_of(session, options, chosen.list(session.model))) {
    if (session.model.cancellation.requested()) break;
    const Ladder ladder = build_ladder({session.model, session.log, session.analyst, legs}, wanted);
    misnamed.note(ladder);
    if (!writer->add(ladder) || std::ferror(file) != 0) break;
    any = true;
  }
  writer->end();
  if (any) misnamed.complain_of_rest();
  if (const std::string remark = writer->remark(); !remark.empty()) complain(remark);
}

LadderTextOptions ladder_text_options(const Session& session, const Options& options) {
  LadderTextOptions text;
  text.exact = text.label_lines = true;
  text.unbroken = options.width == 0;
  text.frames = options.frames;
  text.ascii = options.ascii;
  text.utc = options.utc;
  text.cancellation = &session.model.cancellation;
  return text;
}

int print_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases) {
  const ChosenCalls chosen(session, options);
  LadderTextOptions text = ladder_text_options(session, options);
  text.width = output_width(options);
  text.unbroken = options.width == 0 && isatty(STDOUT_FILENO) == 0;
  text.color = is_colored(options);
  write_ladders(session, options, aliases, chosen, *find_ladder_format(options.format), text,
                stdout);
  return kDone;
}

}  // namespace sipladder
