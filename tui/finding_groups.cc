#include "tui/finding_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "correlate/model/names.h"
#include "export/explain/explain.h"
#include "export/ladder_text.h"
#include "query/table_description.h"
#include "tui/table_view.h"
#include "tui/tabs.h"
#include "tui/text_pane.h"

namespace sipladder {
namespace {

constexpr int kLeastToExplain = 14;

std::string sentence_of(std::string_view code) {
  for (const Detector* detector : detectors()) {
    if (detector->code == code) return std::string(detector->sentence);
  }
  return {};
}

}  // namespace

void FindingGroups::collect() {
  packets_ = shared_.model.accounting.packets;
  finished_ = shared_.model.finished;
  known_ = shared_.verdicts;
  std::map<std::string, Group> by_code;
  std::map<std::string, std::set<uint32_t>> calls;
  for (const Finding* finding : shared_.analyst.all()) {
    Group& group = by_code[std::string(finding->code)];
    group.severity = std::max(group.severity, finding->severity);
    group.code = finding->code;
    group.count++;
    if (finding->call) calls[group.code].insert(finding->call.value);
  }
  groups_.clear();
  for (auto& [code, group] : by_code) {
    group.calls = calls[code].size();
    group.sentence = sentence_of(code);
    groups_.push_back(std::move(group));
  }
  std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.count > b.count;
  });
}

void FindingGroups::explain(int width, size_t rows) {
  words_.clear();
  if (groups_.empty() || rows == 0) return;
  const Group& group = groups_[cursor_.selected];
  const Explanation* const known = find_explanation(group.code);
  if (known == nullptr) return;
  const auto part = [&](std::string_view label, std::string_view text) {
    if (!text.empty()) add_wrapped(&words_, std::string(label) + std::string(text), width, 0);
  };
  part("", known->detail);
  part("Usual causes: ", known->causes);
  part("What to do: ", known->remedy);
  part("What would disprove it: ", known->disproof);
  part("The rule: ", known->rule);
  if (words_.size() > rows) words_.resize(rows);
}

void FindingGroups::refresh(int width, int height) {
  const bool changed =
      packets_ != shared_.model.accounting.packets || finished_ != shared_.model.finished;
  if (shared_.verdicts && (changed || !known_)) collect();
  const size_t words = height >= kLeastToExplain ? static_cast<size_t>(height / 3) : 0;
  cursor_.fit(groups_.size(),
              static_cast<size_t>(std::max(1, height - 1 - static_cast<int>(words + 1))));
  explain(width, words);
}

std::string FindingGroups::heading() const {
  if (!known_) return "when all is read";
  uint64_t all = 0;
  for (const Group& group : groups_) all += group.count;
  return counted(all, "finding") + " of " + counted(groups_.size(), "kind");
}

void FindingGroups::draw(Canvas& canvas) const {
  canvas.text(0, 0,
              fmt::format("{:<8} {:<26} {:>6} {:>6}  {}", "severity", "code", "found", "calls",
                          "what it is"),
              Ink::header);
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    const Group& group = groups_[i];
    const int y = static_cast<int>(i - cursor_.top) + 1;
    canvas.text(0, y, std::string(to_string(group.severity)), severity_ink(group.severity));
    canvas.text(9, y,
                fmt::format("{:<26} {:>6} {:>6}  {}", group.code, group.count, group.calls,
                            group.sentence));
    if (i == cursor_.selected) canvas.reverse_row(y);
  }
  if (groups_.empty())
    canvas.text(0, 1, std::string_view(known_ ? "nothing is found" : "not yet"), Ink::dim);
  const int top = canvas.height() - static_cast<int>(words_.size());
  for (size_t i = 0; i < words_.size(); i++) canvas.line(0, top + static_cast<int>(i), words_[i]);
}

void FindingGroups::find(bool forward) {
  search_.run(
      forward,
      [this](size_t row) { return search_.in(groups_[row].code + " " + groups_[row].sentence); },
      &cursor_);
}

Reply FindingGroups::type(Key key) {
  if (search_.type(key)) find(true);
  return {};
}

Reply FindingGroups::act(Action action) {
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::next_view:
    case Action::previous_view:
      return tab_beside(shared_, 0, {}, action == Action::next_view);
    case Action::next_problem:
    case Action::previous_problem:
      cursor_.move(action == Action::next_problem ? Action::down : Action::up);
      return {};
    case Action::open: {
      if (groups_.empty()) return {};
      auto view = std::make_unique<TableView>(shared_, kFindingsTable, 1, std::vector<CallId>{});
      view->pick("code", groups_[cursor_.selected].code);
      return {Reply::Kind::open, std::move(view)};
    }
    default:
      search_.act(action, [this](bool forward) { find(forward); });
      return {};
  }
}

const KeyTable& FindingGroups::keys() const {
  static const KeyTable kKeys = with_text_keys({
      {kKeyEnter, Action::open, "the findings of this code, and their calls", "its findings"},
      {kKeyTab, Action::next_view, "", "views"},
      {kKeyBackTab, Action::previous_view, "the next or previous view"},
      {'e', Action::next_problem, ""},
      {'E', Action::previous_problem, "the next or previous code"},
      {';', Action::sql, "ask in SQL", "SQL"},
  });
  return kKeys;
}

}  // namespace sipladder
