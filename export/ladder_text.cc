#include "export/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "export/time_text.h"

namespace sipladder {
namespace {

constexpr int kTimeWidth = 15;   // HH:MM:SS.uuuuuu
constexpr int kDeltaWidth = 12;  // +1234.123456
constexpr int kLeft = kTimeWidth + 1 + kDeltaWidth + 1;
constexpr int kMinSpacing = 14;
constexpr int kMaxSpacing = 60;
constexpr int kArrowFrame =
    4;  // "─" and "─>" around the label, one more between arrow and lifeline

// The lines of the drawing, and what stands for them in ASCII.
struct Pen {
  char32_t life, line, bar, cross, heavy_cross, onward_right, onward_left, retransmitted, dots;
};
const Pen& pen(bool ascii) {
  static constexpr Pen kUnicode = {U'│', U'─', U'═', U'┼', U'╪', U'├', U'┤', U'↻', U'·'};
  static constexpr Pen kAscii = {U'|', U'-', U'=', U'+', U'+', U'+', U'+', U'*', U'.'};
  return ascii ? kAscii : kUnicode;
}

std::u32string row_label(const LadderRow& row, bool ascii) {
  std::u32string text = safe_text(row.label);
  if (row.retransmission) text = std::u32string{pen(ascii).retransmitted, U' '} + text;
  if (row.duplicate) text += U" (dup)";
  if (row.malformed) text += U" !";
  if (row.inferred) text += U" ~";
  return text;
}

// At the ends of an arrow, where the header cannot tell them.
struct Ports {
  std::string from, to;
  int width() const { return static_cast<int>(from.size() + to.size()); }
};

Ports ports_of(const LadderRow& row) {
  const auto text = [](uint16_t port) { return port == 0 ? std::string() : std::to_string(port); };
  return {text(row.from_port), text(row.to_port)};
}

Ink row_ink(const LadderRow& row) {
  if (row.kind == RowKind::media) return Ink::media;
  if (row.kind != RowKind::message) return Ink::dim;
  return static_cast<Ink>(static_cast<uint32_t>(Ink::txn0) + row.txn_number % kTxnInks);
}

std::u32string arrow_word(bool ascii) {
  return ascii ? U" -> " : U" → ";
}

int natural_spacing(const Ladder& ladder) {
  int spacing = kMinSpacing;
  for (const Participant& participant : ladder.participants) {
    const size_t port = participant.detail.empty() ? 0 : participant.detail.size() + 1;
    spacing = std::max(spacing, static_cast<int>(participant.label.size() + port) + 2);
  }
  for (const LadderRow& row : ladder.rows) {
    if (row.kind != RowKind::message && row.kind != RowKind::media) continue;
    const int hops = std::max(1, std::abs(static_cast<int>(row.to) - static_cast<int>(row.from)));
    const Ports ports = ports_of(row);
    const int need = text_width(row_label(row, false)) + ports.width() + kArrowFrame + 1;
    spacing = std::max(spacing, (need + hops - 1) / hops);
  }
  return std::min(spacing, kMaxSpacing);
}

void draw_lifelines(const Ladder& ladder, const LadderLayout& layout, bool ascii, CellLine* line) {
  for (uint32_t i = 0; i < ladder.participants.size(); i++) {
    put_char(line, layout.x_of(i), pen(ascii).life, Ink::dim);
  }
}

void draw_arrow(const LadderRow& row, const LadderLayout& layout, bool ascii, CellLine* line) {
  const Ink ink = row_ink(row);
  const bool media = row.kind == RowKind::media;
  const Pen& p = pen(ascii);
  const int first = layout.x_of(std::min(row.from, row.to));
  const int last = layout.x_of(std::max(row.from, row.to));
  for (int x = first + 1; x < last; x++) {
    const bool crossing = (x - first) % layout.spacing == 0;
    put_char(line, x, crossing ? (media ? p.heavy_cross : p.cross) : media ? p.bar : p.line, ink);
  }
  const bool rightwards = row.from < row.to;
  put_char(line, rightwards ? last - 1 : first + 1, rightwards ? U'>' : U'<', ink);
  // What a proxy sends on grows out of its lifeline, where the arrow of the hop before ended.
  if (row.before)
    put_char(line, layout.x_of(row.from), rightwards ? p.onward_right : p.onward_left, ink);
  // Between label and lifeline stands at least one dash, before the head another.
  int room = last - first - kArrowFrame;
  int begin = first + (rightwards ? 2 : 3);
  const Ports ports = ports_of(row);
  if (text_width(row_label(row, ascii)) + ports.width() <= room) {
    const std::string& left = rightwards ? ports.from : ports.to;
    const std::string& right = rightwards ? ports.to : ports.from;
    put_text(line, begin - 1, safe_text(left), Ink::dim);
    put_text(line, begin + 1 + room - static_cast<int>(right.size()), safe_text(right), Ink::dim);
    begin += static_cast<int>(left.size());
    room -= ports.width();
  }
  const std::u32string label = fit_text(row_label(row, ascii), room, ascii);
  put_text(line, begin + (room - text_width(label)) / 2, label, ink);
}

// A message to oneself leaves and returns at the same lifeline.
void draw_loop(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout, bool ascii,
               CellLine* line) {
  const bool last = row.from + 1 == ladder.participants.size() && row.from > 0;
  const int room = layout.spacing - 5;
  const int x = layout.x_of(row.from);
  const std::u32string label = fit_text(row_label(row, ascii), room, ascii);
  const char32_t bar = pen(ascii).line;
  if (!last) {
    put_text(line, x + 1, std::u32string{U'<', bar, U' '} + label, row_ink(row));
  } else {
    put_text(line, x - 3 - text_width(label), label + std::u32string{U' ', bar, U'>'},
             row_ink(row));
  }
}

void draw_remark(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout, bool ascii,
                 CellLine* line) {
  const std::u32string dots(3, pen(ascii).dots);
  const int width = std::max(20, layout.spacing * static_cast<int>(ladder.participants.size()));
  const std::u32string text =
      fit_text(dots + U' ' + safe_text(row.label) + U' ' + dots, width, ascii);
  put_text(line, layout.left + std::max(0, (width - text_width(text)) / 2), text, Ink::dim);
}

// Message text and SDP summary under the arrow.
void append_details(const LadderRow& row, const LadderLayout& layout, bool color,
                    std::string* out) {
  const auto append_line = [&](std::string_view text) {
    CellLine line;
    put_text(&line, layout.left, safe_text(text), Ink::dim);
    *out += to_utf8(line, color) + "\n";
  };
  if (!row.transaction.empty()) append_line(row.transaction);
  if (!row.sdp.empty()) append_line("SDP " + row.sdp);
  if (row.raw.empty()) return;
  const std::string text = safe_utf8(row.raw, true);
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    append_line(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
}

void append_lines(const std::vector<CellLine>& lines, bool color, std::string* out) {
  for (const CellLine& line : lines) *out += to_utf8(line, color) + "\n";
}

}  // namespace

Ink severity_ink(Severity severity) {
  if (severity == Severity::error) return Ink::error;
  return severity == Severity::warning ? Ink::warning : Ink::info;
}

LadderLayout layout_ladder(const Ladder& ladder, const LadderTextOptions& options) {
  LadderLayout layout;
  layout.left = kLeft;
  layout.spacing = natural_spacing(ladder);
  const int columns = static_cast<int>(std::max<size_t>(1, ladder.participants.size()));
  if (options.width > 0) {
    const int fitting = (options.width - kLeft) / columns;
    layout.spacing = std::clamp(fitting, kMinSpacing, layout.spacing);
  }
  return layout;
}

std::vector<CellLine> draw_ladder_title(const Ladder& ladder, int width, bool ascii) {
  const int room = width > 0 ? width : 100'000;
  std::vector<CellLine> lines;
  for (const LadderCall& call : ladder.calls) {
    CellLine title;
    std::u32string text = safe_text(call.caller) + arrow_word(ascii) + safe_text(call.callee);
    text += U"  " + safe_text(call.state);
    if (!call.audio.empty()) text += U"  audio " + safe_text(call.audio);
    put_text(&title, 0, fit_text(text + U"  " + safe_text(call.call_id), room, ascii), Ink::bold);
    lines.push_back(std::move(title));
    for (const LadderFinding& finding : call.findings) {
      CellLine line;
      const std::u32string words = safe_text(
          fmt::format("  {} {}: {}", to_string(finding.severity), finding.code, finding.summary));
      put_text(&line, 0, fit_text(words, room, ascii), severity_ink(finding.severity));
      lines.push_back(std::move(line));
    }
    for (const std::string& codec : call.codecs) {
      CellLine line;
      put_text(&line, 2, fit_text(safe_text(codec), room - 2, ascii), Ink::dim);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::vector<CellLine> draw_ladder_header(const Ladder& ladder, const LadderLayout& layout,
                                         bool ascii) {
  CellLine names;
  CellLine lifelines;
  for (uint32_t i = 0; i < ladder.participants.size(); i++) {
    const Participant& participant = ladder.participants[i];
    std::string text = participant.label;
    if (!participant.detail.empty()) text = to_string(Endpoint{participant.ip, participant.port});
    // The port is the first to go where there is no room.
    if (text.size() + 1 > static_cast<size_t>(layout.spacing)) text = participant.label;
    const std::u32string label = fit_text(safe_text(text), layout.spacing - 1, ascii);
    put_text(&names, layout.x_of(i) - text_width(label) / 2, label,
             participant.media_only ? Ink::media : Ink::header);
  }
  draw_lifelines(ladder, layout, ascii, &lifelines);
  return {names, lifelines};
}

CellLine draw_ladder_row(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout,
                         const LadderTextOptions& options) {
  CellLine line;
  if (row.kind == RowKind::note || row.kind == RowKind::gap) {
    draw_lifelines(ladder, layout, options.ascii, &line);
    draw_remark(ladder, row, layout, options.ascii, &line);
    return line;
  }
  if (row.timed) {
    put_text(&line, 0, safe_text(clock_text(row.time_ns, options.utc)));
    const std::u32string delta = fit_text(safe_text(delta_text(row.delta_ns)), kDeltaWidth, true);
    put_text(&line, kTimeWidth + 1 + kDeltaWidth - text_width(delta), delta, Ink::dim);
  }
  draw_lifelines(ladder, layout, options.ascii, &line);
  if (row.from == row.to) {
    draw_loop(ladder, row, layout, options.ascii, &line);
  } else {
    draw_arrow(row, layout, options.ascii, &line);
  }
  return line;
}

std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options) {
  const LadderLayout layout = layout_ladder(ladder, options);
  std::string out;
  append_lines(draw_ladder_title(ladder, options.width, options.ascii), options.color, &out);
  out += "\n";
  append_lines(draw_ladder_header(ladder, layout, options.ascii), options.color, &out);
  for (const LadderRow& row : ladder.rows) {
    out += to_utf8(draw_ladder_row(ladder, row, layout, options), options.color) + "\n";
    append_details(row, layout, options.color, &out);
  }
  const bool inferred = std::any_of(ladder.rows.begin(), ladder.rows.end(),
                                    [](const LadderRow& row) { return row.inferred; });
  if (inferred)
    out +=
        "~ hosts told from Via, received, Route, Request-URI and Contact: the log does not say "
        "them\n";
  return out;
}

}  // namespace sipladder
