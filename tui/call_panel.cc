#include "tui/call_panel.h"

#include <algorithm>

#include "export/ladder_text.h"
#include "tui/mask_ladder.h"
#include "tui/text_pane.h"
#include "tui/times.h"

namespace sipladder {
namespace {

constexpr uint32_t kMostMessages = 500;  // of the small ladder
constexpr int kPanelWithFrames = 100;
constexpr int kLeastLadder = 4;  // rows: names of the hosts, and two arrows

}  // namespace

void CallPanel::refresh(const Shared& shared, CallId call, int width, int height) {
  if (!shared.model.calls.holds(call)) {
    lines_.clear();
    shown_ = Shown{};
    return;
  }
  const Shown now{call,
                  shared.model.calls[call].messages,
                  shared.model.evicted.epoch,
                  shared.ui->overview.version(),
                  width,
                  height,
                  shared.verdicts,
                  shared.ui->look,
                  shared.ui->time_mode,
                  shared.ui->mark_ns};
  if (now == shown_) return;
  shown_ = now;
  tell(shared, call, width, height);
}

void CallPanel::tell(const Shared& shared, CallId call, int width, int height) {
  lines_.clear();
  const std::vector<Problem> problems = problems_of(shared, call);
  if (!problems.empty()) {
    const Problem& first = problems.front();
    add_wrapped(&lines_, problem_line(first), width, 0, severity_ink(first.severity));
    // A high panel also tells what to do, and the second finding.
    if (height >= 20 && !first.remedy.empty())
      add_wrapped(&lines_, "to do: " + first.remedy, width, 2);
    if (height >= 20 && problems.size() > 1)
      add_wrapped(&lines_, problem_line(problems[1]), width, 0, severity_ink(problems[1].severity));
  } else {
    add_wrapped(&lines_, shared.verdicts ? "Nothing is wrong with this call." : "", width, 0,
                Ink::good);
  }
  const size_t most = static_cast<size_t>(std::max(2, height - kLeastLadder));
  if (lines_.size() > most) {
    lines_.resize(most);
    put_text(&lines_.back(), std::max(0, width - 10), U" … v: all ", Ink::dim);
    if (lines_.back().size() > static_cast<size_t>(width))
      lines_.back().resize(static_cast<size_t>(width));
  }
  draw_up(shared, call, width, height - static_cast<int>(lines_.size()), problems);
}

// Draws the rows of the ladder around the first evidence, and marks the rows that prove it.
void CallPanel::draw_up(const Shared& shared, CallId call, int width, int height,
                        const std::vector<Problem>& problems) {
  if (height < kLeastLadder) return;
  LadderOptions options;
  options.of_capture = shared.verdicts;
  options.max_messages = kMostMessages;
  options.compact = true;
  options.utc = shared.utc();
  options.columns_by = shared.ui->columns_by;
  if (shared.ui->show_aliases) options.aliases = shared.ui->aliases;
  Ladder ladder = build_ladder({shared.model, shared.log, shared.analyst, {call}}, options);
  mask_ladder(&shared.ui->mask, &ladder);
  LadderTextOptions text;
  text.width = width - 1;
  text.frames = width >= kPanelWithFrames;
  tell_times(shared, ladder, &text);
  text.ascii = shared.ui->ascii;
  const LadderLayout layout = layout_ladder(ladder, text);
  const auto add = [&](const CellLine& line, bool proof) {
    lines_.emplace_back();
    put_text(&lines_.back(), 0, proof ? U">" : U" ", Ink::error);
    lines_.back().insert(lines_.back().end(), line.begin(), line.end());
  };
  for (const CellLine& line : draw_ladder_header(ladder, layout, text.ascii)) {
    add(line, false);
    height--;
  }
  if (height <= 0) return;
  const std::vector<size_t> proofs =
      problems.empty() ? std::vector<size_t>{} : rows_of(problems.front(), ladder);
  const size_t room = static_cast<size_t>(height);
  const size_t proof = proofs.empty() ? 0 : first_proof(problems.front(), ladder, proofs);
  size_t from = proof - std::min<size_t>(proof, 1);
  if (from + room > ladder.rows.size())
    from = ladder.rows.size() > room ? ladder.rows.size() - room : 0;
  for (size_t i = from; i < std::min(ladder.rows.size(), from + room); i++) {
    add(draw_ladder_row(ladder, ladder.rows[i], layout, text),
        std::binary_search(proofs.begin(), proofs.end(), i));
  }
}

void CallPanel::draw(Canvas& canvas, int y) const {
  for (size_t i = 0; i < lines_.size(); i++) canvas.line(0, y + static_cast<int>(i), lines_[i]);
}

}  // namespace sipladder
