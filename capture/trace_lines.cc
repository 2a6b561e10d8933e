#include "capture/trace_lines.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capture/text_heads.h"
#include "capture/text_scanner.h"

namespace sipladder {
namespace {

constexpr size_t kMaxParts = 4096;  // lines that one line of a log may hold

// Cuts escape sequences of coloured terminal output, and a byte order mark.
std::string without_colours(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  std::string result;
  while (!line.empty()) {
    const size_t escape = std::min(line.find('\x1b'), line.size());
    result.append(line.substr(0, escape));
    line.remove_prefix(escape);
    if (line.empty()) break;
    const size_t end = line.starts_with("\x1b[") ? line.find_first_not_of("0123456789;?", 2) : npos;
    line.remove_prefix(end == npos ? 1 : end + 1);
  }
  return result;
}

void replace_all(std::string* text, std::string_view from, std::string_view to) {
  for (size_t at = text->find(from); at != npos; at = text->find(from, at + to.size()))
    text->replace(at, from.size(), to);
}

bool has_entities(std::string_view line) {
  return line.find("&lt;sip") != npos || line.find("&lt;sips:") != npos ||
         line.find("&lt;tel:") != npos || line.find("&lt;--") != npos;
}

void undo_entities(std::string* line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kEntities = {
      {{"&lt;", "<"},
       {"&gt;", ">"},
       {"&quot;", "\""},
       {"&#34;", "\""},
       {"&#39;", "'"},
       {"&#x27;", "'"},
       {"&nbsp;", " "},
       {"&#160;", " "},
       {"&amp;", "&"}}};
  for (const auto& [entity, character] : kEntities) replace_all(line, entity, character);
}

// Cuts what editors and web pages show in the place of a line end.
void cut_line_end(std::string* line) {
  static constexpr std::string_view kEnds[] = {"\r",    "^M",     "#015", "\\r",  "<CR>", "<br>",
                                               "<br/>", "<br />", "\\n",  "#012", "\\x0d"};
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view end : kEnds) {
      if (!line->ends_with(end)) continue;
      line->resize(line->size() - end.size());
      cut = true;
    }
  }
}

// How a log that writes a whole message in one line shows the line ends; empty for any other line.
std::string_view shown_line_end(std::string_view line) {
  if (line.find("SIP/2.0") == npos) return {};
  for (const std::string_view mark : {"\\r\\n", "#015#012", "\\x0d\\x0a", "\\x0D\\x0A", "<CRLF>",
                                      "\\u000d\\u000a", "^M", "<br>", "<br />", "#012", "\\n"}) {
    const size_t first = line.find(mark);
    if (first == npos) continue;
    // The first mark stands behind the start-line; or the text before it is something else, and the
    // second does.
    if (find_start_line(line.substr(0, first), true) != npos) return mark;
    const size_t second = line.find(mark, first + mark.size());
    if (second != npos && find_start_line(line.substr(0, second), true) != npos) return mark;
  }
  return {};
}

}  // namespace

void TraceLines::add(std::string_view text) {
  std::string line = without_colours(text);
  entities_ = entities_ || has_entities(line);
  if (entities_) undo_entities(&line);
  replace_all(&line, "\xC2\xA0", " ");  // no-break space
  const std::string mark(shown_line_end(line));
  if (mark.empty()) return add_clean(std::move(line));
  std::string_view rest = line;
  for (size_t parts = 0; parts < kMaxParts; parts++) {
    const size_t end = rest.find(mark);
    add_clean(std::string(rest.substr(0, end)));
    if (end == npos) break;
    rest.remove_prefix(end + mark.size());
  }
}

void TraceLines::add_clean(std::string line) {
  cut_line_end(&line);
  std::vector<std::string> shown;
  const bool taken = screen_.take(line, &shown) || dissected_.take(line, &shown);
  for (const std::string& one : shown) hand_on(one);
  if (!taken) hand_on(line);
}

void TraceLines::hand_on(const std::string& line) {
  if (!order_.take(line)) due_.push_back(line);
  std::string kept;
  while (order_.next(&kept)) due_.push_back(kept);
}

void TraceLines::finish() {
  std::vector<std::string> shown;
  screen_.finish(&shown);
  for (const std::string& one : shown) hand_on(one);
  order_.finish();
  std::string kept;
  while (order_.next(&kept)) due_.push_back(kept);
}

bool TraceLines::next(std::string* line) {
  if (due_.empty()) return false;
  *line = std::move(due_.front());
  due_.pop_front();
  return true;
}

}  // namespace sipladder
