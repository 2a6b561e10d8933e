#include "export/ladder_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "export/time_text.h"

namespace sipladder {
namespace {

constexpr int kTimeWidth = 15;   // HH:MM:SS.uuuuuu
constexpr int kDeltaWidth = 9;   // +0.123456: nearly all are this wide
constexpr int kMaxDelta = 12;    // +1234.123456
constexpr int kMaxSpacing = 60;  // what labels may ask for
constexpr int kLeastSpacing = 2;
constexpr int kNarrowSpacing = 8;  // where labels have lines of their own

int natural_spacing(const Ladder& ladder) {
  int spacing = kReadableSpacing;
  for (const Participant& participant : ladder.participants) {
    for (const auto& line : name_lines(participant, kMaxSpacing))
      spacing = std::max(spacing, text_width(line) + 2);
  }
  for (const LadderRow& row : ladder.rows) {
    if (row.kind != RowKind::message && row.kind != RowKind::media) continue;
    const int hops = std::max(1, std::abs(static_cast<int>(row.to) - static_cast<int>(row.from)));
    const int need = text_width(row_label(row, false)) + ports_of(row).width() + kArrowFrame + 1;
    spacing = std::max(spacing, (need + hops - 1) / hops);
  }
  return std::min(spacing, kMaxSpacing);
}

int frame_width(const Ladder& ladder) {
  size_t width = 0;
  for (const LadderRow& row : ladder.rows) width = std::max(width, frame_text(ladder, row).size());
  return static_cast<int>(width);
}

int delta_width(const Ladder& ladder) {
  size_t width = kDeltaWidth;
  for (const LadderRow& row : ladder.rows) width = std::max(width, delta_text(row.delta_ns).size());
  return std::min(static_cast<int>(width), kMaxDelta);
}

// Half of the width of a host's name, which is centred on its lifeline.
int half_name(const Participant& participant, int spacing) {
  int width = 0;
  for (const std::u32string& line : name_lines(participant, spacing - 1))
    width = std::max(width, text_width(line));
  return width / 2 + 1;
}

int first_lifeline(const Ladder& ladder, int left, int spacing) {
  if (ladder.participants.empty()) return left;
  return std::max(left, half_name(ladder.participants.front(), spacing) - 1);
}

// The widest spacing, up to `natural`, with which the ladder fits `width`. A ladder of one host
// counts one gap, because the arrows to itself need room.
int fitting_spacing(const Ladder& ladder, int left, int natural, int width) {
  const int gaps = std::max(1, static_cast<int>(ladder.participants.size()) - 1);
  for (int spacing = natural; spacing > kLeastSpacing; spacing--) {
    const int right =
        ladder.participants.size() < 2 ? 1 : half_name(ladder.participants.back(), spacing);
    if (first_lifeline(ladder, left, spacing) + gaps * spacing + right <= width) return spacing;
  }
  return kLeastSpacing;
}

}  // namespace

std::u32string row_label(const LadderRow& row, bool ascii) {
  std::u32string text = safe_text(row.label);
  if (row.retransmission) text = std::u32string(ascii ? U"* " : U"↻ ") + text;
  if (row.copies > 1) text += safe_text(fmt::format(" {}{}", ascii ? "x" : "×", row.copies));
  if (row.duplicate) text += U" (dup)";
  if (row.malformed) text += U" !";
  if (row.inferred) text += U" ~";
  return text;
}

std::u32string fit_row_label(const LadderRow& row, int room, bool ascii) {
  constexpr int kLeastHead = 4;
  const std::u32string whole = row_label(row, ascii);
  if (text_width(whole) <= room) return whole;
  LadderRow head = row, tail = row;
  tail.label = row.label.substr(row.label.size() - row.tail);
  tail.retransmission = false;
  const std::u32string end = row_label(tail, ascii);
  const int left = room - text_width(end);
  if (row.kind == RowKind::media) {
    for (const std::string& words : {fmt::format("{} {} pkt", row.codec, row.packets), row.codec}) {
      if (text_width(safe_text(words)) <= left) return safe_text(words) + end;
    }
  }
  if (row.tail == 0 || left < kLeastHead) return fit_text(whole, room, ascii);
  head.label.resize(row.label.size() - row.tail);
  head.duplicate = head.malformed = head.inferred = false;
  head.copies = 1;
  return fit_text(row_label(head, ascii), left, ascii) + end;
}

int room_of(const LadderRow& row, const LadderLayout& layout) {
  constexpr int kLoop = 5;
  if (row.from == row.to) return layout.spacing - kLoop;
  return std::abs(layout.x_of(row.to) - layout.x_of(row.from)) - kArrowFrame;
}

bool wants_label_line(const LadderRow& row, const LadderLayout& layout,
                      const LadderTextOptions& options) {
  if (!options.label_lines || layout.spacing > kReadableSpacing) return false;
  if (row.kind != RowKind::message && row.kind != RowKind::media) return false;
  return text_width(row_label(row, options.ascii)) + ports_of(row).width() > room_of(row, layout);
}

ArrowPorts ports_of(const LadderRow& row) {
  const auto text = [](uint16_t port) { return port == 0 ? std::string() : std::to_string(port); };
  return {text(row.from_port), text(row.to_port)};
}

std::string frame_text(const Ladder& ladder, const LadderRow& row) {
  if (row.frame == 0) return {};
  const std::string frame = std::to_string(row.frame);
  return ladder.files.size() < 2 ? frame : std::to_string(row.source + 1U) + ":" + frame;
}

// Address and port on one line. The text of the label is used, not the address itself, because the
// mask of the terminal UI may have replaced it.
std::string whole_label(const Participant& participant) {
  if (participant.detail.empty()) return participant.label;
  const bool v6 = participant.label.find(':') != std::string::npos;
  return (v6 ? "[" + participant.label + "]" : participant.label) + ":" + participant.detail;
}

std::vector<std::u32string> name_lines(const Participant& participant, int width) {
  width = std::max(width, 1);
  const std::string whole = whole_label(participant);
  std::vector<std::u32string> lines;
  if (!participant.name.empty())
    lines.push_back(fit_text(safe_text(participant.name), width, false));
  if (text_width(safe_text(whole)) <= width) {
    lines.push_back(safe_text(whole));
    return lines;
  }
  std::u32string rest = safe_text(participant.label);
  while (static_cast<int>(rest.size()) > width) {
    const size_t most = static_cast<size_t>(width);
    const size_t dot = rest.find_last_of(U".:", most - 1);
    const size_t end = dot == std::u32string::npos || dot == 0 ? most : dot + 1;
    lines.push_back(rest.substr(0, end));
    rest.erase(0, end);
  }
  lines.push_back(rest);
  if (participant.detail.empty()) return lines;
  const std::u32string port = U":" + safe_text(participant.detail);
  if (static_cast<int>(rest.size() + port.size()) <= width) {
    lines.back() += port;
  } else {
    lines.push_back(port);
  }
  return lines;
}

static int time_width(const Ladder& ladder, const LadderTextOptions& options) {
  if (!options.zero) return kTimeWidth;
  int width = kDeltaWidth;
  for (const LadderRow& row : ladder.rows) {
    if (!row.timed || row.time_ns == 0) continue;
    const std::string time = delta_text(row.time_ns - options.zero->time_ns);
    width = std::max(width, static_cast<int>(time.size()));
  }
  return width;
}

LadderLayout layout_ladder(const Ladder& ladder, const LadderTextOptions& options) {
  LadderLayout layout;
  layout.time = options.pauses_only ? 0 : time_width(ladder, options) + 1;
  layout.times = options.zero ? options.zero->name : ladder.date;
  layout.delta = delta_width(ladder) + 1;
  if (options.frames) layout.frame = frame_width(ladder) + 1;
  layout.spacing = natural_spacing(ladder);
  if (options.width > 0) {
    const int natural = layout.spacing;
    const auto fit = [&] {
      layout.spacing = fitting_spacing(ladder, layout.left(), natural, options.width);
      return layout.spacing >= std::min(natural, kReadableSpacing);
    };
    // Where the width is too small, the column of pauses (`delta`) goes first, then that of times.
    if (!fit() && !options.pauses_only) layout.delta = 0;
    if (layout.delta == 0 && !fit() && options.exact &&
        (!options.label_lines || layout.spacing < kNarrowSpacing))
      layout.time = 0;
    if (layout.time == 0) fit();
    if (!options.exact) layout.spacing = std::max(layout.spacing, kReadableSpacing);
  }
  layout.first = first_lifeline(ladder, layout.left(), layout.spacing);
  return layout;
}

}  // namespace sipladder
