#include "tui/completion.h"

#include <algorithm>
#include <vector>

#include "decode/text.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

std::vector<std::string> names_like(std::string_view begin, std::string_view of_table) {
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    if (starts_no_case(name, begin)) names.emplace_back(name);
  };
  for (const TableDescription* table : tables()) {
    if (!of_table.empty() && table->name != of_table) continue;
    if (of_table.empty()) add(table->name);
    for (const Column& column : table->columns) add(column.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

Completion complete_name(const std::string& text, std::string_view table) {
  size_t begin = text.size();
  while (begin > 0 && is_word(text[begin - 1])) begin--;
  const std::string word = text.substr(begin);
  const std::vector<std::string> names = names_like(word, table);
  if (word.empty() || names.empty()) return {text, ""};
  std::string common = names.front();
  for (const std::string& name : names) {
    size_t same = 0;
    while (same < std::min(common.size(), name.size()) && common[same] == name[same]) same++;
    common.resize(same);
  }
  if (common.size() > word.size())
    return {text.substr(0, begin) + common + (names.size() == 1 ? " " : ""), ""};
  std::string all;
  for (const std::string& name : names) all += name + "  ";
  return {text, all};
}

}  // namespace sipladder
