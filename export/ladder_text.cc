#include "export/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "export/ladder_formats.h"
#include "export/ladder_words.h"
#include "export/time_text.h"
#include "export/wrap.h"

namespace sipladder {
namespace {

// The lines of the drawing, and what stands for them in ASCII.
struct Pen {
  char32_t life, line, bar, cross, heavy_cross, onward_right, onward_left, dots;
};
const Pen& pen(bool ascii) {
  static constexpr Pen kUnicode = {U'│', U'─', U'═', U'┼', U'╪', U'├', U'┤', U'·'};
  static constexpr Pen kAscii = {U'|', U'-', U'=', U'+', U'+', U'+', U'+', U'.'};
  return ascii ? kAscii : kUnicode;
}

Ink row_ink(const LadderRow& row) {
  if (row.kind == RowKind::media) return Ink::media;
  if (row.kind != RowKind::message) return Ink::dim;
  return static_cast<Ink>(static_cast<uint32_t>(Ink::txn0) + row.txn_number % kTxnInks);
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
  // The arrow of a message that a proxy forwards begins with a mark on the proxy's lifeline, where
  // the arrow of the hop before ended.
  if (row.before)
    put_char(line, layout.x_of(row.from), rightwards ? p.onward_right : p.onward_left, ink);
  // At least one dash stays between the lifeline and the label, and one between label and head.
  int room = last - first - kArrowFrame;
  int begin = first + (rightwards ? 2 : 3);
  const ArrowPorts ports = ports_of(row);
  if (ports.width() <= room) {
    const std::string& left = rightwards ? ports.from : ports.to;
    const std::string& right = rightwards ? ports.to : ports.from;
    put_text(line, begin - 1, safe_text(left), Ink::dim);
    put_text(line, begin + 1 + room - static_cast<int>(right.size()), safe_text(right), Ink::dim);
    begin += static_cast<int>(left.size());
    room -= ports.width();
  }
  const std::u32string label = fit_row_label(row, room, ascii);
  put_text(line, begin + (room - text_width(label)) / 2, label, ink);
}

// A message to oneself leaves and returns at the same lifeline.
void draw_loop(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout, bool ascii,
               CellLine* line) {
  const bool last = row.from + 1 == ladder.participants.size() && row.from > 0;
  const int room = room_of(row, layout);
  const int x = layout.x_of(row.from);
  const std::u32string label = fit_row_label(row, room, ascii);
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
  if (row.label.empty()) return;  // time that passes
  const std::u32string dots(3, pen(ascii).dots);
  const int gaps = std::max(1, static_cast<int>(ladder.participants.size()) - 1);
  const int width = std::max(20, layout.spacing * gaps);
  const std::u32string text =
      fit_text(dots + U' ' + safe_text(row.label) + U' ' + dots, width, ascii);
  put_text(line, layout.left() + std::max(0, (width - text_width(text)) / 2), text, Ink::dim);
}

// Transaction, SDP summary and message text under the arrow.
void append_details(const LadderRow& row, const LadderLayout& layout,
                    const LadderTextOptions& options, std::string* out) {
  constexpr int kIndent = 8;
  const int indent = std::min(layout.left(), kIndent);
  const auto append_line = [&](std::string_view text) {
    const int room = options.width > 0 ? options.width - indent : 0;
    const bool breaks = options.exact && !options.unbroken;
    for (const std::u32string& words : wrap_words(safe_text(text), room, breaks)) {
      CellLine line;
      put_text(&line, indent, words, Ink::dim);
      *out += to_utf8(line, options.color) + "\n";
    }
    if (text.empty()) *out += "\n";
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

// The label, with the ports of the arrow's left and right end on its left and right.
std::u32string label_line_text(const LadderRow& row, bool ascii) {
  const ArrowPorts ports = ports_of(row);
  const bool rightwards = row.from <= row.to;
  const auto port = [](const std::string& text) { return safe_text(text); };
  std::u32string text = port(rightwards ? ports.from : ports.to);
  if (!text.empty()) text += U' ';
  text += row_label(row, ascii);
  const std::u32string right = port(rightwards ? ports.to : ports.from);
  return right.empty() ? text : text + U' ' + right;
}

// Appends the text in lines that begin at column `at`, and `indent` columns further right after the
// first. `width` 0: one line.
void append_wrapped(std::u32string_view text, int at, int indent, int width, Ink ink,
                    std::vector<CellLine>* lines) {
  const int room = width > 0 ? std::max(1, width - at - indent) : 0;
  int x = at;
  for (const std::u32string& words : wrap_words(text, room, true)) {
    CellLine line;
    put_text(&line, x, words, ink);
    lines->push_back(std::move(line));
    x = at + indent;
  }
}

void append_lines(const std::vector<CellLine>& lines, const LadderTextOptions& options,
                  std::string* out) {
  for (CellLine line : lines) {
    if (options.exact && line.size() > static_cast<size_t>(options.width))
      line.resize(static_cast<size_t>(options.width));
    *out += to_utf8(line, options.color) + "\n";
  }
}

}  // namespace

Ink severity_ink(Severity severity) {
  if (severity == Severity::error) return Ink::error;
  return severity == Severity::warning ? Ink::warning : Ink::info;
}

std::vector<CellLine> draw_ladder_title(const Ladder& ladder, int width, bool ascii) {
  std::vector<CellLine> lines;
  for (const LadderCall& call : ladder.calls) {
    append_wrapped(title_text(call, ascii), 0, 2, width, Ink::bold, &lines);
    for (const LadderFinding& finding : call.findings) {
      append_wrapped(finding_words(finding), 2, 4, width, severity_ink(finding.severity), &lines);
    }
    for (const std::string& codec : call.codecs)
      append_wrapped(safe_text(codec), 2, 4, width, Ink::dim, &lines);
  }
  if (ladder.files.size() < 2) return lines;
  for (const LadderFile& file : ladder.files) {
    append_wrapped(file_words(file), 2, 4, width, Ink::dim, &lines);
  }
  return lines;
}

std::vector<CellLine> draw_ladder_header(const Ladder& ladder, const LadderLayout& layout,
                                         bool ascii) {
  std::vector<std::vector<std::u32string>> names;
  size_t height = 1;
  for (const Participant& participant : ladder.participants) {
    names.push_back(name_lines(participant, layout.spacing - 1));
    height = std::max(height, names.back().size());
  }
  std::vector<CellLine> lines(height + 1);
  for (uint32_t i = 0; i < names.size(); i++) {
    const Ink ink = ladder.participants[i].media_only ? Ink::media : Ink::header;
    for (size_t k = 0; k < names[i].size(); k++) {
      const int x = std::max(0, layout.x_of(i) - text_width(names[i][k]) / 2);
      put_text(&lines[height - names[i].size() + k], x, names[i][k], ink);
    }
  }
  draw_lifelines(ladder, layout, ascii, &lines.back());
  if (layout.time > 0) put_text(&lines.back(), layout.frame, safe_text(layout.times), Ink::dim);
  return lines;
}

CellLine draw_ladder_row(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout,
                         const LadderTextOptions& options) {
  CellLine line;
  if (row.kind == RowKind::note || row.kind == RowKind::gap) {
    draw_lifelines(ladder, layout, options.ascii, &line);
    draw_remark(ladder, row, layout, options.ascii, &line);
    return line;
  }
  const auto right_aligned = [&](const std::string& words, int end) {
    const std::u32string text = safe_text(words);
    put_text(&line, end - text_width(text), text, Ink::dim);
  };
  if (layout.frame > 0) right_aligned(frame_text(ladder, row), layout.frame - 1);
  if (layout.time > 0 && row.timed) {
    const std::string time = options.zero ? delta_text(row.time_ns - options.zero->time_ns)
                                          : clock_text(row.time_ns, options.utc);
    right_aligned(time, layout.frame + layout.time - 1);
  }
  if (layout.delta > 0 && row.timed) right_aligned(delta_text(row.delta_ns), layout.left() - 1);
  draw_lifelines(ladder, layout, options.ascii, &line);
  if (row.from == row.to) {
    draw_loop(ladder, row, layout, options.ascii, &line);
  } else {
    draw_arrow(row, layout, options.ascii, &line);
  }
  return line;
}

static std::vector<CellLine> draw_row_lines(const Ladder& ladder, const LadderRow& row,
                                            const LadderLayout& layout,
                                            const LadderTextOptions& options) {
  // In columns too narrow for it, a label stands above its arrow.
  if (!wants_label_line(row, layout, options))
    return {draw_ladder_row(ladder, row, layout, options)};
  LadderRow bare = row;
  bare.label.clear();
  bare.tail = 0;
  bare.copies = 1;
  bare.retransmission = bare.duplicate = bare.malformed = bare.inferred = false;
  bare.from_port = bare.to_port = 0;
  CellLine label = draw_ladder_row(ladder, bare, layout, options);
  label.resize(std::min(label.size(), static_cast<size_t>(layout.left())));
  draw_lifelines(ladder, layout, options.ascii, &label);
  const int room = std::max(1, (options.width > 0 ? options.width : INT_MAX) - layout.left());
  const std::u32string text = fit_text(label_line_text(row, options.ascii), room, options.ascii);
  const int size = text_width(text);
  int x = layout.x_of(std::min(row.from, row.to)) + 1;
  if (row.from > row.to) x = std::max(x, layout.x_of(row.from) - size);
  if (options.width > 0) x = std::min(x, options.width - size);
  put_text(&label, std::max(x, layout.left()), text, row_ink(row));
  // The arrow alone: its times stand above it.
  CellLine arrow = draw_ladder_row(ladder, bare, layout, options);
  for (size_t i = 0; i < arrow.size() && i < static_cast<size_t>(layout.left()); i++) arrow[i] = {};
  return {label, arrow};
}

std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options) {
  const LadderLayout layout = layout_ladder(ladder, options);
  std::string out;
  append_lines(draw_ladder_title(ladder, options.width, options.ascii), options, &out);
  out += "\n";
  append_lines(draw_ladder_header(ladder, layout, options.ascii), options, &out);
  for (const LadderRow& row : ladder.rows) {
    if (options.cancellation != nullptr && options.cancellation->overdue()) break;
    append_lines(draw_row_lines(ladder, row, layout, options), options, &out);
    append_details(row, layout, options, &out);
  }
  std::vector<CellLine> legend;
  append_wrapped(inferred_words(ladder), 0, 2, options.width, Ink::dim, &legend);
  if (ladder.line_ns > 0)
    append_wrapped(safe_text(fmt::format("each empty line is {:.3g} s",
                                         static_cast<double>(ladder.line_ns) / 1e9)),
                   0, 2, options.width, Ink::dim, &legend);
  append_lines(legend, options, &out);
  return out;
}

namespace {

class TextLadders : public LadderWriter {
 public:
  using LadderWriter::LadderWriter;
  bool add(const Ladder& ladder) override {
    const std::string drawn = ladder_text(ladder, style_.text);
    if (!out_->put((first_ ? "" : "\n") + drawn)) return false;
    first_ = false;
    return true;
  }

 private:
  bool first_ = true;
};

}  // namespace

std::unique_ptr<LadderWriter> make_text_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<TextLadders>(style, out);
}

}  // namespace sipladder
