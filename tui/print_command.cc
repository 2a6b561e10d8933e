#include "tui/print_command.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {

std::string quoted_word(std::string_view text) {
  constexpr std::string_view kPlain = "._-/:+,=@%";
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           kPlain.find(c) != std::string_view::npos;
  });
  if (plain) return std::string(text);
  std::string word = "'";
  for (const char c : text) c == '\'' ? word.append("'\\''") : word.append(1, c);
  return word + "'";
}

std::string print_command(const Ui& ui, std::string_view command, const std::vector<CallId>& calls,
                          const std::string& options) {
  const bool once = std::find(ui.sources.begin(), ui.sources.end(), "-") != ui.sources.end();
  if (ui.sources.empty() || once) return {};
  std::string line = "sipladder " + std::string(command);
  for (const std::string& source : ui.sources) line += " " + quoted_word(source);
  if (calls.size() == 1) line += " --call " + std::to_string(calls.front().value);
  if (calls.size() > 1) {
    std::string ids;
    for (const CallId id : calls) ids += (ids.empty() ? "" : ",") + std::to_string(id.value);
    line += " --where " + quoted_word("id IN (" + ids + ")");
  }
  if (!ui.bpf.empty()) line += " --bpf " + quoted_word(ui.bpf);
  return line + options;
}

}  // namespace sipladder
