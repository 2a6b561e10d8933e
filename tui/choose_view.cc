#include "tui/choose_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "tui/text_pane.h"

namespace sipladder {
namespace {

KeyTable keys_of(const ChooseView::Manner& manner) {
  KeyTable keys = {{kKeyEnter, Action::open, "take it", "take it"}};
  if (manner.marks) keys.push_back({' ', Action::toggle, "on or off", "on/off"});
  if (manner.moves) {
    keys.push_back({'+', Action::move_down, "", "down"});
    keys.push_back({'-', Action::move_up, "move the row down or up", "up"});
  }
  return with_text_keys(std::move(keys));
}

}  // namespace

ChooseView::ChooseView(Manner manner, std::vector<Choice> choices, Done done)
    : manner_(std::move(manner)),
      choices_(std::move(choices)),
      done_(std::move(done)),
      keys_(keys_of(manner_)) {}

void ChooseView::refresh(int, int height) {
  cursor_.fit(choices_.size(), static_cast<size_t>(std::max(1, height)));
}

void ChooseView::draw(Canvas& canvas) const {
  uint64_t most = 1;
  int widest = 8;
  for (const Choice& choice : choices_) {
    most = std::max(most, choice.count);
    widest = std::max(widest, text_width(safe_text(choice.text)));
  }
  widest = std::min(widest, std::max(8, canvas.width() / 2));
  const int bar_room = std::max(0, canvas.width() - widest - 14);
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    const Choice& choice = choices_[i];
    const int y = static_cast<int>(i - cursor_.top);
    int x = 0;
    if (manner_.marks) {
      canvas.text(0, y, std::string_view(choice.marked ? "[x]" : "[ ]"));
      x = 4;
    }
    canvas.text(x, y, std::u32string_view(fit_text(safe_text(choice.text), widest)));
    x += widest + 2;
    if (manner_.bars) {
      canvas.text(x, y, fmt::format("{:>8}", choice.count));
      const auto length =
          static_cast<size_t>(static_cast<double>(bar_room) * static_cast<double>(choice.count) /
                              static_cast<double>(most));
      canvas.text(x + 9, y, std::u32string_view(std::u32string(length, U'▇')), Ink::info);
    } else {
      canvas.text(x, y, choice.about, Ink::dim);
    }
    if (i == cursor_.selected) canvas.reverse_row(y);
  }
  if (choices_.empty()) canvas.text(0, 0, std::string_view("nothing to choose from"), Ink::dim);
}

void ChooseView::move(bool up) {
  const size_t at = cursor_.selected;
  if (up ? at == 0 : at + 1 >= choices_.size()) return;
  const size_t other = up ? at - 1 : at + 1;
  std::swap(choices_[at], choices_[other]);
  cursor_.select(other);
}

void ChooseView::find(bool forward) {
  search_.run(
      forward,
      [this](size_t row) { return search_.in(choices_[row].text + " " + choices_[row].about); },
      &cursor_);
}

Reply ChooseView::type(Key key) {
  if (search_.type(key)) find(true);
  return {};
}

Reply ChooseView::act(Action action) {
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::open:
      if (choices_.empty()) return {Reply::Kind::back, nullptr};
      return done_(choices_, cursor_.selected);
    case Action::toggle:
      if (!choices_.empty()) choices_[cursor_.selected].marked = !choices_[cursor_.selected].marked;
      break;
    case Action::move_up:
    case Action::move_down:
      move(action == Action::move_up);
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

Reply choose_value(std::string heading, const std::map<std::string, uint64_t>& counts,
                   std::function<void(const std::string&)> pick,
                   const std::function<std::string(const std::string&)>& shown) {
  std::vector<Choice> choices;
  for (const auto& [value, count] : counts)
    choices.push_back({value.empty() ? "(none)" : shown(value), "", value, false, count});
  std::stable_sort(choices.begin(), choices.end(),
                   [](const Choice& a, const Choice& b) { return a.count > b.count; });
  const auto done = [pick = std::move(pick)](const std::vector<Choice>& all, size_t at) {
    pick(all[at].id);
    return Reply{Reply::Kind::back, nullptr};
  };
  ChooseView::Manner manner{"values", std::move(heading), false, false, true};
  return {Reply::Kind::open,
          std::make_unique<ChooseView>(std::move(manner), std::move(choices), done)};
}

Reply choose_columns(std::vector<Choice> choices,
                     std::function<void(const std::vector<std::string>&)> take) {
  const auto done = [take = std::move(take)](const std::vector<Choice>& all, size_t) {
    std::vector<std::string> names;
    for (const Choice& one : all) {
      if (one.marked) names.push_back(one.id);
    }
    take(names);
    return Reply{Reply::Kind::back, nullptr};
  };
  ChooseView::Manner manner{"columns", "Space: shown or not, + and - move, Enter takes them", true,
                            true, false};
  return {Reply::Kind::open,
          std::make_unique<ChooseView>(std::move(manner), std::move(choices), done)};
}

}  // namespace sipladder
