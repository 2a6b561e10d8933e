#include "tui/row_filter.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "decode/text.h"
#include "query/call_choice.h"
#include "query/database.h"
#include "query/escape.h"
#include "tui/search.h"

namespace sipladder {
namespace {

// A text with a comparison is an SQL condition; words alone are searched for.
bool looks_like_sql(std::string_view text) {
  if (text.find_first_of("=<>") != std::string_view::npos) return true;
  static constexpr std::string_view kWords[] = {" like ", " in ",     " in(",      " is ",
                                                " glob ", " regexp ", " between ", " not "};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return contains_words(text, word); });
}

RowFilter by_pattern(std::string pattern, const std::string& table) {
  RowFilter filter;
  filter.kind = RowFilter::Kind::condition;
  filter.error = Database::check_pattern(pattern);
  const TableDescription* const rows = find_table(table);
  const std::string match = "raw REGEXP " + sql_string(pattern);
  if (table == "messages") {
    filter.condition = match;
  } else if (table == "calls" || (rows != nullptr && find_column(*rows, "call") != nullptr)) {
    filter.condition = (table == "calls" ? "id" : "call") +
                       std::string(" IN (SELECT call FROM messages WHERE ") + match + ")";
  } else {
    filter.error = "/regex/ searches messages, and these rows belong to none";
  }
  return filter;
}

}  // namespace

bool RowFilter::matches(const std::string& text) const {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return contains_words(text, word); });
}

RowFilter understand_filter(const std::string& text, const std::string& table) {
  RowFilter filter;
  if (text.size() > 1 && text.front() == '/') {
    const bool closed = text.size() > 2 && text.back() == '/';
    return by_pattern(text.substr(1, text.size() - (closed ? 2 : 1)), table);
  }
  if (looks_like_sql(text)) {
    filter.kind = RowFilter::Kind::condition;
    filter.condition = "(" + text + "\n)";
    filter.error = check_query("SELECT 1 FROM " + table + " WHERE " + filter.condition);
    return filter;
  }
  std::istringstream stream(text);
  for (std::string word; stream >> word;) filter.words.push_back(word);
  if (!filter.words.empty()) filter.kind = RowFilter::Kind::words;
  return filter;
}

}  // namespace sipladder
