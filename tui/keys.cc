#include "tui/keys.h"

#include <array>
#include <utility>

#include "export/cells.h"
#include "query/characters.h"
#include "tui/mouse.h"

namespace sipladder {
namespace {

constexpr std::pair<Key, std::string_view> kNames[] = {
    {kKeyNone, "none"},     {kKeyUp, "Up"},       {kKeyDown, "Down"},
    {kKeyLeft, "Left"},     {kKeyRight, "Right"}, {kKeyPageUp, "PgUp"},
    {kKeyPageDown, "PgDn"}, {kKeyHome, "Home"},   {kKeyEnd, "End"},
    {kKeyEnter, "Enter"},   {kKeyEscape, "Esc"},  {kKeyBackspace, "Backspace"},
    {kKeyResize, "resize"}, {kKeyDelete, "Del"},  {kKeyBackTab, "BackTab"},
    {kKeyTab, "Tab"},       {' ', "Space"},
};
constexpr int kFunctionKeys = 12;

void add_text(std::string_view text, std::vector<Key>* keys) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.is_utf8) keys->push_back(static_cast<Key>(character.code));
    text.remove_prefix(character.size);
  }
}

// The next word of a line, or a text in quotes with its quotes.
std::string_view take_word(std::string_view* line) {
  while (!line->empty() && line->front() == ' ') line->remove_prefix(1);
  if (line->empty()) return {};
  const bool quoted = line->front() == '"' && line->size() > 1;
  size_t end = quoted ? line->find('"', 1) : line->find(' ');
  if (quoted && end != std::string_view::npos) end++;
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(word.size());
  return word;
}

// Calls `take` with each hint that fits into the width, and with the column where it begins.
template <typename Take>
void for_each_hint(const KeyTable& table, int width, Take take) {
  constexpr size_t kGap = 2;
  size_t end = 0;
  for (const KeyBinding& binding : table) {
    if (binding.hint.empty()) continue;
    const std::string words = key_name(binding.key) + " " + std::string(binding.hint);
    if (end + words.size() + kGap > static_cast<size_t>(std::max(width, 0))) break;
    const size_t at = end == 0 ? 0 : end + kGap;
    take(binding.key, words, at);
    end = at + words.size();
  }
}

}  // namespace

KeyTable with_movement_keys(const KeyTable& first, const KeyTable& rest) {
  static constexpr KeyBinding kMovement[] = {
      {kKeyUp, Action::up, ""},
      {'k', Action::up, ""},
      {kKeyDown, Action::down, ""},
      {'j', Action::down, "a line up or down"},
      {kKeyPageUp, Action::page_up, ""},
      {control_key('b'), Action::page_up, ""},
      {kKeyPageDown, Action::page_down, ""},
      {control_key('f'), Action::page_down, "a page up or down"},
      {control_key('u'), Action::half_up, ""},
      {control_key('d'), Action::half_down, "half a page up or down"},
      {kKeyHome, Action::first, ""},
      {'g', Action::first, ""},
      {kKeyEnd, Action::last, ""},
      {'G', Action::last, "to the first or last line"},
  };
  KeyTable all = first;
  all.insert(all.end(), std::begin(kMovement), std::end(kMovement));
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

Action action_of(const KeyTable& table, Key key) {
  for (const KeyBinding& binding : table) {
    if (binding.key == key) return binding.action;
  }
  return Action::none;
}

std::string key_name(Key key) {
  if (const auto event = mouse_event(key)) return mouse_name(*event);
  for (const auto& [code, name] : kNames) {
    if (code == key) return std::string(name);
  }
  if (key < kKeyF0 && key >= function_key(kFunctionKeys)) return "F" + std::to_string(kKeyF0 - key);
  if (key > 0 && key < ' ') return std::string("^") + static_cast<char>(key + '@');
  std::string out;
  append_utf8(&out, static_cast<char32_t>(key));
  return out;
}

Key key_called(std::string_view name) {
  for (const auto& [code, word] : kNames) {
    if (word == name && code != kKeyNone) return code;
  }
  for (int i = 1; i <= kFunctionKeys; i++) {
    if (name == "F" + std::to_string(i)) return function_key(i);
  }
  if (name.size() == 2 && name[0] == '^') {
    const char letter = static_cast<char>(name[1] | 0x20);
    return letter >= 'a' && letter <= 'z' ? control_key(letter) : kKeyNone;
  }
  if (name.empty()) return kKeyNone;
  if (const auto mouse = mouse_key_called(name)) return *mouse;
  const Character character = first_character(name);
  const bool one = character.is_utf8 && character.size == name.size();
  return one ? static_cast<Key>(character.code) : kKeyNone;
}

std::string hint_line(const KeyTable& table, int width) {
  std::string line;
  for_each_hint(table, width, [&](Key, const std::string& words, size_t at) {
    line.append(at - line.size(), ' ');
    line += words;
  });
  return line;
}

Key hint_at(const KeyTable& table, int width, int x) {
  Key found = kKeyNone;
  for_each_hint(table, width, [&](Key key, const std::string& words, size_t at) {
    const auto begin = static_cast<int>(at);
    if (x >= begin && x < begin + static_cast<int>(words.size())) found = key;
  });
  return found;
}

KeyScript read_key_script(std::string_view text) {
  KeyScript script;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    for (std::string_view word = take_word(&line); !word.empty(); word = take_word(&line)) {
      if (word.front() == '#') break;
      if (word.size() >= 2 && word.front() == '"' && word.back() == '"') {
        add_text(word.substr(1, word.size() - 2), &script.keys);
        continue;
      }
      const Key key = key_called(word);
      if (key == kKeyNone) return {{}, std::string(word)};
      script.keys.push_back(key);
    }
  }
  return script;
}

}  // namespace sipladder
