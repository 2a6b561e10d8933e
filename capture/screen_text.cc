#include "capture/screen_text.h"

#include <algorithm>

#include "capture/log_time.h"
#include "capture/text_heads.h"
#include "capture/text_scanner.h"

namespace sipladder {
namespace {

constexpr std::string_view kBar = "│";

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// The byte at which a column begins.
size_t byte_of(std::string_view text, size_t column) {
  for (size_t at = 0; at < text.size(); at++) {
    if (begins_character(text[at]) && column-- == 0) return at;
  }
  return npos;
}

}  // namespace

// Hosts stand above the ends of their lines: "──────┬──────".
void ScreenText::note_ladder(std::string_view left) {
  constexpr std::string_view kTop = "┬";
  size_t host = 0;
  for (size_t at = left.find(kTop); at != npos; at = left.find(kTop, at + kTop.size())) {
    if (host < hosts_.size()) hosts_[host++].column = columns_of(left.substr(0, at));
  }
  if (host > 0) return;
  if (hosts_.empty() || hosts_.front().column == 0) {
    // The line with the hosts: two or more words, each with a colon ("HOST:PORT").
    std::vector<Host> found;
    for (size_t at = left.find_first_not_of(' '); at != npos;) {
      const size_t end = std::min(left.find(' ', at), left.size());
      const std::string_view word = left.substr(at, end - at);
      if (word.find(':') == npos || word.find(kBar) != npos) return;
      found.push_back({std::string(word), 0});
      at = left.find_first_not_of(' ', end);
    }
    if (found.size() >= 2) hosts_ = std::move(found);
    return;
  }
  if (rows_.size() < kMaxRows) note_arrow(left);
}

// A row has the time and the label, and below them the arrow.
void ScreenText::note_arrow(std::string_view left) {
  const auto begin_of_time = left.find_first_of("0123456789");
  const std::string_view rest = left.substr(std::min(begin_of_time, left.size()));
  Scanner scan(rest);
  LogTime time;
  const bool begins = begin_of_time != npos && begin_of_time < 8 && scan_time(&scan, &time);
  if (begins) {
    ScreenRow row;
    row.time = rest.substr(0, rest.size() - scan.rest().size());
    std::string_view label = scan.rest();
    for (size_t at = 0; (at = label.find(kBar)) != npos; label = label.substr(at + kBar.size())) {
      row.label = trim_text(label.substr(0, at), " ");
      if (!row.label.empty()) break;
    }
    rows_.push_back(row);
    return;
  }
  constexpr std::string_view kLine = "──";
  const size_t line = left.find(kLine);
  if (line == npos || rows_.empty() || !rows_.back().src.empty()) return;
  const bool back = left.find('<') != npos;
  const size_t first = std::min(line, back ? left.find('<') : line);
  const size_t last = std::max(left.rfind(kLine), left.rfind('>') == npos ? 0 : left.rfind('>'));
  const Host* const from = host_near(columns_of(left.substr(0, first)));
  const Host* const to = host_near(columns_of(left.substr(0, last)) + 1);
  if (from == nullptr || to == nullptr || from == to) return;
  ScreenRow& row = rows_.back();
  row.src = (back ? to : from)->name;
  row.dst = (back ? from : to)->name;
  row.repeat = left.find("<<") != npos || left.find(">>") != npos;
}

// The host whose vertical line is nearest to a column.
const ScreenText::Host* ScreenText::host_near(size_t column) const {
  const auto distance = [&](const Host& host) {
    return host.column > column ? host.column - column : column - host.column;
  };
  const auto nearest =
      std::min_element(hosts_.begin(), hosts_.end(),
                       [&](const Host& a, const Host& b) { return distance(a) < distance(b); });
  return nearest == hosts_.end() ? nullptr : &*nearest;
}

// The first row of the ladder that may be the message that is shown. Of a message and its
// retransmissions, the first is assumed.
size_t ScreenText::row_of(std::string_view start_line) const {
  const bool response = start_line.starts_with("SIP/2.0 ");
  const std::string_view word =
      response ? start_line.substr(8, 3) : start_line.substr(0, start_line.find(' '));
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const ScreenRow& one) {
    return one.label.starts_with(word) && !one.src.empty();
  });
  return static_cast<size_t>(row - rows_.begin());
}

bool ScreenText::take(std::string_view line, std::vector<std::string>* out) {
  if (column_ == 0) {
    const size_t bar = line.rfind(kBar);
    if (bar == npos || bar == 0) return false;
    const std::string_view right = line.substr(bar + kBar.size());
    if (find_start_line(right, false) != 0) return false;
    column_ = columns_of(line.substr(0, bar));
    note_ladder(line.substr(0, bar));
    message_.emplace_back(right);
    return true;
  }
  const size_t bar = byte_of(line, column_);
  if (bar == npos || !line.substr(bar).starts_with(kBar)) {
    finish(out);
    return take(line, out);
  }
  note_ladder(line.substr(0, bar));
  message_.emplace_back(trim_text(line.substr(bar + kBar.size()), " "));
  return true;
}

void ScreenText::finish(std::vector<std::string>* out) {
  if (column_ == 0) return;
  const std::vector<std::string> lines =
      messages_of_rows(rows_, row_of(message_.front()), message_);
  out->insert(out->end(), lines.begin(), lines.end());
  *this = {};
}

}  // namespace sipladder
