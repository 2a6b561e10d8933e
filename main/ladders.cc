// Ladders of the chosen calls.
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "export/ladder_text.h"
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
                             int width) {
  LadderOptions ladder;
  ladder.max_columns = columns_within(width);
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

int take_aliases(const Options& options, std::vector<HostAlias>* aliases) {
  std::string wrong;
  bool unreadable = false;
  if (options.alias.empty() || read_aliases(options.alias, aliases, &wrong, &unreadable))
    return kDone;
  complain(wrong);
  return unreadable ? kUnreadable : kUsage;
}

}  // namespace

int check_aliases(const Options& options) {
  std::vector<HostAlias> aliases;
  return take_aliases(options, &aliases);
}

void write_ladders(Session& session, const Options& options, const ChosenCalls& chosen,
                   const LadderTextOptions& text, const std::vector<HostAlias>& aliases,
                   std::FILE* file) {
  BoundedOutput out(row_style(options), file);
  const LadderOptions wanted = ladder_options(options, aliases, text.width);
  Misnamed misnamed(options);
  bool first = true;
  for (const auto& legs : ladders_of(session, options, chosen.list(session.model))) {
    if (session.model.cancellation.requested()) break;
    const Ladder ladder = build_ladder({session.model, session.log, session.analyst, legs}, wanted);
    misnamed.note(ladder);
    const std::string drawn = ladder_text(ladder, text);
    if (!out.put((first ? "" : "\n") + drawn) || std::ferror(file) != 0) break;
    first = false;
  }
  if (!first) misnamed.complain_of_rest();
}

int print_ladders(Session& session, const Options& options) {
  std::vector<HostAlias> aliases;
  if (const int wrong = take_aliases(options, &aliases); wrong != kDone) return wrong;
  const ChosenCalls chosen(session, options);
  LadderTextOptions text;
  text.width = output_width(options);
  text.exact = text.label_lines = true;
  text.unbroken = options.width == 0 && isatty(STDOUT_FILENO) == 0;
  text.frames = options.frames;
  text.ascii = options.ascii;
  text.utc = options.utc;
  text.color = is_colored(options);
  text.cancellation = &session.model.cancellation;
  write_ladders(session, options, chosen, text, aliases, stdout);
  return kDone;
}

}  // namespace sipladder
