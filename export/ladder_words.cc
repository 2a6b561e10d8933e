#include "export/ladder_words.h"

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>

#include "export/cells.h"
#include "export/ladder_layout.h"
#include "export/time_text.h"
#include "export/wrap.h"

namespace sipladder {
namespace {

// Labels are cut, because a reason phrase can be as long as a whole message.
constexpr int kMostColumns = 200;
constexpr int kMostOfName = 60;

bool is_arrow(const LadderRow& row) {
  return row.kind == RowKind::message || row.kind == RowKind::media;
}

const LadderRow* first_arrow(const Ladder& ladder) {
  const auto first = std::find_if(ladder.rows.begin(), ladder.rows.end(), is_arrow);
  return first == ladder.rows.end() ? nullptr : &*first;
}

}  // namespace

std::string utf8_text(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(&out, c);
  return out;
}

std::u32string parties_text(const LadderCall& call, bool ascii) {
  if (call.caller.empty() && call.callee.empty())
    return safe_text(fmt::format("call {}", call.id.value));
  const auto name = [](const std::string& text) {
    return safe_text(text.empty() ? "unnamed" : text);
  };
  return name(call.caller) + (ascii ? U" -> " : U" → ") + name(call.callee);
}

std::u32string title_text(const LadderCall& call, bool ascii) {
  std::u32string text = parties_text(call, ascii) + U"  " + safe_text(call.state);
  if (!call.audio.empty()) text += U"  audio " + safe_text(call.audio);
  if (!call.call_id.empty()) text += U"  " + safe_text(call.call_id);
  return text;
}

std::u32string finding_words(const LadderFinding& finding) {
  return safe_text(
      fmt::format("{} {}: {}", to_string(finding.severity), finding.code, finding.summary));
}

std::u32string file_words(const LadderFile& file) {
  return safe_text(fmt::format("frames {}:N are in {}", file.source + 1, file.name));
}

std::u32string inferred_words(const Ladder& ladder) {
  const bool inferred = std::any_of(ladder.rows.begin(), ladder.rows.end(),
                                    [](const LadderRow& row) { return row.inferred; });
  if (!inferred) return {};
  return U"~ hosts told from Via, received, Route, Request-URI and Contact: the log does not say "
         U"them";
}

std::vector<std::u32string> head_lines(const Ladder& ladder, bool utc) {
  std::vector<std::u32string> lines;
  for (const LadderCall& call : ladder.calls) lines.push_back(title_text(call, false));
  const LadderRow* const first = first_arrow(ladder);
  if (first != nullptr && first->timed) {
    std::string begins = "begins ";
    if (!ladder.date.empty()) begins += ladder.date + " ";
    lines.push_back(safe_text(begins + clock_text(first->time_ns, utc)));
  }
  if (ladder.files.size() > 1) {
    for (const LadderFile& file : ladder.files) lines.push_back(file_words(file));
  }
  if (std::u32string words = inferred_words(ladder); !words.empty())
    lines.push_back(std::move(words));
  return lines;
}

std::vector<std::u32string> host_lines(const Participant& participant) {
  return name_lines(participant, kMostOfName);
}

std::string note_text(const std::vector<std::u32string>& lines, std::string_view separator,
                      std::string (*escape)(std::u32string_view)) {
  constexpr int kWidth = 80;
  std::string out;
  for (const std::u32string& line : lines) {
    for (const std::u32string& words : wrap_words(line, kWidth, true))
      out.append(out.empty() ? "" : separator).append(escape(words));
  }
  return out;
}

std::vector<std::string> detail_lines(const LadderRow& row) {
  std::vector<std::string> lines;
  if (!row.transaction.empty()) lines.push_back(row.transaction);
  if (!row.sdp.empty()) lines.push_back("SDP " + row.sdp);
  std::string_view rest = row.raw;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::vector<std::u32string> safe_lines(const std::vector<std::string>& lines) {
  std::vector<std::u32string> safe;
  for (const std::string& line : lines) safe.push_back(safe_text(line));
  return safe;
}

bool is_ascii_alnum(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
}

ArrowWords::ArrowWords(const Ladder& ladder, bool frames) : ladder_(ladder), frames_(frames) {
  if (const LadderRow* const first = first_arrow(ladder)) begin_ns_ = first->order_ns;
}

std::u32string ArrowWords::of(const LadderRow& row) const {
  std::string before, ports, time;
  if (frames_ && row.frame != 0) before = "[" + frame_text(ladder_, row) + "] ";
  const ArrowPorts at = ports_of(row);
  if (!at.from.empty() && !at.to.empty()) {
    ports = fmt::format(", port {} to {}", at.from, at.to);
  } else if (!at.from.empty()) {
    ports = ", from port " + at.from;
  } else if (!at.to.empty()) {
    ports = ", to port " + at.to;
  }
  if (row.timed) time = fmt::format(" ({})", delta_text(row.order_ns - begin_ns_));
  return safe_text(before) + fit_row_label(row, kMostColumns, false) + safe_text(ports + time);
}

PlacedFindings::PlacedFindings(const Ladder& ladder) {
  absl::flat_hash_set<uint32_t> shown;
  for (const LadderRow& row : ladder.rows) {
    if (row.message) shown.insert(row.message.value);
  }
  for (const LadderCall& call : ladder.calls) {
    for (const LadderFinding& finding : call.findings) {
      const bool placed = finding.message && shown.contains(finding.message.value);
      (placed ? by_message[finding.message.value] : before).push_back(&finding);
    }
  }
}

const std::vector<const LadderFinding*>& PlacedFindings::at(const LadderRow& row) const {
  static const std::vector<const LadderFinding*> kNone;
  const auto found = row.message ? by_message.find(row.message.value) : by_message.end();
  return found == by_message.end() ? kNone : found->second;
}

}  // namespace sipladder
