// Ladders of the chosen calls.
#include <unistd.h>

#include <set>

#include "export/ladder_text.h"
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

LadderOptions ladder_options(const Options& options) {
  LadderOptions ladder;
  ladder.rtp = options.rtp;
  ladder.sdp = options.sdp;
  ladder.raw = options.raw;
  ladder.transactions = options.transactions;
  ladder.utc = options.utc;
  ladder.memory = options.memory / 5;
  return ladder;
}

}  // namespace

void write_ladders(Session& session, const Options& options, const ChosenCalls& chosen,
                   const LadderTextOptions& text, std::FILE* file) {
  BoundedOutput out(row_style(options), file);
  bool first = true;
  for (const auto& legs : ladders_of(session, options, chosen.list(session.model))) {
    if (session.model.cancellation.requested()) break;
    const std::string drawn = ladder_text(
        build_ladder({session.model, session.log, session.analyst, legs}, ladder_options(options)),
        text);
    if (!out.put((first ? "" : "\n") + drawn) || std::ferror(file) != 0) break;
    first = false;
  }
}

int print_ladders(Session& session, const Options& options) {
  const ChosenCalls chosen(session, options);
  LadderTextOptions text;
  text.width = output_width(options);
  text.exact = options.width > 0 || isatty(STDOUT_FILENO) != 0;
  text.frames = options.frames;
  text.ascii = options.ascii;
  text.utc = options.utc;
  text.color = is_colored(options);
  text.cancellation = &session.model.cancellation;
  write_ladders(session, options, chosen, text, stdout);
  return kDone;
}

}  // namespace sipladder
