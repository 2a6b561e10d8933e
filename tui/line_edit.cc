#include "tui/line_edit.h"

#include <utility>

#include "query/characters.h"

namespace sipladder {
namespace {

constexpr size_t kMostHistory = 100;
constexpr size_t kMostText = 4096;

bool continues_character(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

}  // namespace

void LineEdit::begin(std::string label, std::string text) {
  active_ = true;
  label_ = std::move(label);
  set(std::move(text));
  recalled_ = history_.size();
}

void LineEdit::set(std::string text) {
  text_ = std::move(text);
  at_ = text_.size();
}

void LineEdit::erase_before() {
  if (at_ == 0) return;
  size_t begin = at_ - 1;
  while (begin > 0 && continues_character(text_[begin])) begin--;
  text_.erase(begin, at_ - begin);
  at_ = begin;
}

void LineEdit::recall(bool older) {
  if (older ? recalled_ == 0 : recalled_ + 1 > history_.size()) return;
  recalled_ += older ? static_cast<size_t>(-1) : 1;
  set(recalled_ < history_.size() ? history_[recalled_] : std::string());
}

LineEdit::Answer LineEdit::type(Key key) {
  const std::string before = text_;
  if (key == kKeyEnter) {
    active_ = false;
    if (!text_.empty() && (history_.empty() || history_.back() != text_)) history_.push_back(text_);
    if (history_.size() > kMostHistory) history_.erase(history_.begin());
    return Answer::done;
  }
  if (key == kKeyEscape) {
    active_ = false;
    return Answer::left;
  }
  if (key == kKeyBackspace) erase_before();
  if (key == kKeyUp || key == kKeyDown) recall(key == kKeyUp);
  if (key == control_key('u')) set({});
  if (key == kKeyHome || key == control_key('a')) at_ = 0;
  if (key == kKeyEnd || key == control_key('e')) at_ = text_.size();
  if (key == kKeyLeft && at_ > 0) {
    at_--;
    while (at_ > 0 && continues_character(text_[at_])) at_--;
  }
  if (key == kKeyRight && at_ < text_.size()) {
    at_++;
    while (at_ < text_.size() && continues_character(text_[at_])) at_++;
  }
  if (key >= ' ' && text_.size() < kMostText) {
    std::string one;
    append_utf8(&one, static_cast<char32_t>(key));
    text_.insert(at_, one);
    at_ += one.size();
  }
  return text_ == before ? Answer::typing : Answer::changed;
}

std::string LineEdit::prompt() const {
  if (!active_) return {};
  return label_ + text_.substr(0, at_) + "_" + text_.substr(at_);
}

}  // namespace sipladder
