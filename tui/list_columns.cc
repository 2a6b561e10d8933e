#include "tui/list_columns.h"

#include <algorithm>
#include <sstream>

#include "query/format.h"

namespace sipladder {
namespace {

bool needs_verdict(std::string_view column) {
  for (const std::string_view name :
       {"audio", "audio_lost_toward", "audio_cause", "codec", "mos", "findings", "worst",
        "scenario", "duration_ms", "session", "session_reason", "early_audio"}) {
    if (column == name) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> column_names(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) {
    std::erase(name, ' ');
    names.push_back(name);
  }
  return names;
}

ListColumns::ListColumns(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const Column& column : kCallsTable.columns) {
      if (column.name == name) columns_.push_back(&column);
    }
  }
}

std::vector<std::string> ListColumns::names() const {
  std::vector<std::string> names;
  for (const Column* column : columns_) names.emplace_back(column->name);
  return names;
}

std::vector<std::string> ListColumns::cells(Reader& reader, CallId id, bool with_verdict) const {
  std::vector<std::string> cells;
  for (const Column* column : columns_) {
    Value value;
    if (with_verdict || !needs_verdict(column->name)) column->get(reader, {id.value, 0}, value);
    cells.push_back(plain_text(value));
  }
  return cells;
}

}  // namespace sipladder
