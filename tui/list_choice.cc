// What the call list shows when somebody chooses calls or columns, and which call it opens with.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "export/ladder_text.h"
#include "export/wrap.h"
#include "tui/list_view.h"

namespace sipladder {

// With a condition the list is made anew whenever that is asked. Verdicts that it may need are
// there when the capture has been read.
void ListView::collect_chosen() {
  total_ = shared_.model.calls.held();
  if (!shared_.verdicts) return;
  const bool gone = epoch_ != shared_.model.evicted.epoch;
  epoch_ = shared_.model.evicted.epoch;
  const bool asked = filter_.update(shared_.model, shared_.log, shared_.analyst);
  if (!asked && !gone && collected_ != 0) return;
  collected_ = 1;
  const auto& calls = shared_.model.calls;
  const CallId selected = ids_.empty() ? CallId{} : ids_[cursor_.selected];
  ids_.clear();
  for (const CallId id : filter_.chosen()) {
    if (!calls.holds(id)) continue;
    if (!calls_only_ || calls[id].kind == CallKind::call) ids_.push_back(id);
  }
  cursor_.fit(ids_.size(), cursor_.height);
  cursor_.select(
      static_cast<size_t>(std::lower_bound(ids_.begin(), ids_.end(), selected) - ids_.begin()));
}

// The first screen answers the first question: what is wrong?
void ListView::select_worst() {
  if (!untouched_ || !shared_.model.finished || !shared_.verdicts) return;
  untouched_ = false;
  for (const Finding* finding : shared_.analyst.all()) {
    if (!finding->call || finding->severity == Severity::info) continue;
    const auto at = std::lower_bound(ids_.begin(), ids_.end(), finding->call);
    if (at == ids_.end() || *at != finding->call) continue;
    cursor_.select(static_cast<size_t>(at - ids_.begin()));
    return;
  }
}

void ListView::tell_worst(int width) {
  words_.clear();
  if (ids_.empty() || !shared_.verdicts) return;
  const Finding* worst = nullptr;
  for (const Finding* finding : shared_.analyst.of_call(ids_[cursor_.selected])) {
    if (worst == nullptr || finding->severity > worst->severity) worst = finding;
  }
  if (worst == nullptr) return;
  const std::string text =
      fmt::format("{} {}: {}", to_string(worst->severity), worst->code, worst->summary);
  for (const std::u32string& line : wrap_words(safe_text(text), std::max(1, width), true)) {
    if (words_.size() == word_rows_) return;
    words_.emplace_back();
    put_text(&words_.back(), 0, line, severity_ink(worst->severity));
  }
}

// As many of the columns as fit, each as wide as the rows on the screen need.
void ListView::draw_columns(Canvas& canvas) const {
  constexpr int kMostOfColumn = 40;
  const std::vector<std::string> names = columns_.names();
  int x = 0;
  for (size_t c = 0; c < names.size() && x < canvas.width(); c++) {
    int width = text_width(safe_text(names[c]));
    for (const Row& row : rows_) width = std::max(width, text_width(safe_text(row.cells[c])));
    width = std::min(width, kMostOfColumn);
    const auto cell = [&](int y, const std::string& text, Ink ink) {
      canvas.text(x, y, std::u32string_view(fit_text(safe_text(text), width)), ink);
    };
    cell(1, names[c], Ink::header);
    for (size_t i = 0; i < rows_.size(); i++)
      cell(static_cast<int>(i) + kHeaderRows, rows_[i].cells[c], Ink::plain);
    x += width + 2;
  }
  for (size_t i = 0; i < rows_.size(); i++) {
    if (rows_top_ + i == cursor_.selected) canvas.reverse_row(static_cast<int>(i) + kHeaderRows);
  }
}

}  // namespace sipladder
