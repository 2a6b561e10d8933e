// Ladders as one SVG without scripts, links or fonts of its own. The text is monospaced, so that
// the layout of the text ladder serves here too.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "export/cells.h"
#include "export/ladder_formats.h"
#include "export/ladder_picture.h"
#include "export/ladder_words.h"
#include "export/time_text.h"
#include "export/wrap.h"
#include "query/escape.h"

namespace sipladder {
namespace {

constexpr double kColumn = 7.25;  // width of a character of a 12 px monospaced font
constexpr int kMargin = 16;
constexpr int kLine = 16;          // height of a line of text
constexpr int kRow = 30;           // height of an arrow with its label above it
constexpr int kLeastColumns = 80;  // titles and findings have at least this width
constexpr int kHead = 8, kHalfHead = 4;

// Colours follow the reader's choice of a light or a dark screen.
constexpr std::string_view kStyle = R"(<style>
svg { background: #fff; color: #1f2328 }
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: currentColor; white-space: pre }
.bg { fill: #fff }
.bold { font-weight: bold }
.mid { text-anchor: middle }
.end { text-anchor: end }
.halo text { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
line, path { stroke: currentColor; fill: none }
.head { fill: currentColor; stroke: none }
.again line { stroke-dasharray: 6 3 }
.bar { fill: currentColor; fill-opacity: .3; stroke: none }
.box { fill: #f6f8fa; stroke: #8c959f }
.life { color: #c8d1da }
.dim { color: #59636e }
.error { color: #cf222e }
.warning { color: #9a6700 }
.info { color: #0969da }
.media { color: #bf3989 }
.t0 { color: #0969da }
.t1 { color: #1a7f37 }
.t2 { color: #9a6700 }
.t3 { color: #8250df }
.t4 { color: #0e7490 }
.t5 { color: #bc4c00 }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; color: #e6edf3 }
.bg { fill: #0d1117 }
.halo text { stroke: #0d1117 }
.box { fill: #161b22; stroke: #6e7681 }
.life { color: #3d444d }
.dim { color: #9198a1 }
.error { color: #ff7b72 }
.warning { color: #d29922 }
.info { color: #58a6ff }
.media { color: #f778ba }
.t0 { color: #58a6ff }
.t1 { color: #3fb950 }
.t2 { color: #d29922 }
.t3 { color: #bc8cff }
.t4 { color: #39c5cf }
.t5 { color: #f0883e }
}
</style>
)";

int pixels_of(int columns) {
  return static_cast<int>(std::lround(columns * kColumn));
}

std::string svg_text(int x, int y, std::string_view classes, std::u32string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", x, y,
                     classes.empty() ? "" : fmt::format(" class=\"{}\"", classes),
                     xml_text(utf8_text(text)));
}

std::string svg_line(int x1, int y1, int x2, int y2) {
  return fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", x1, y1, x2, y2);
}

// One ladder, from 0, 0.
class LadderPicture {
 public:
  LadderPicture(const Ladder& ladder, const LadderStyle& style, bool linked = false,
                int64_t begin_ns = 0)
      : ladder_(ladder),
        style_(style),
        findings_(ladder),
        words_(ladder, style.text.frames),
        layout_(layout_of(ladder, style)),
        linked_(linked),
        begin_ns_(begin_ns) {
    const int hosts = static_cast<int>(ladder.participants.size());
    const int right = hosts == 0 ? layout_.left()
                      : hosts == 1
                          ? layout_.x_of(0) + layout_.spacing
                          : layout_.x_of(static_cast<uint32_t>(hosts - 1)) + layout_.spacing / 2;
    columns_ = std::max(right, kLeastColumns);
    if (!linked_) add_titles();
    add_hosts();
    add_rows();
    if (!linked_) add_findings();
  }

  const std::string& text() const { return text_; }
  int width() const { return pixels_of(columns_) + 2 * kMargin; }
  int height() const { return y_; }

 private:
  static LadderLayout layout_of(const Ladder& ladder, const LadderStyle& style) {
    LadderTextOptions options;
    options.frames = style.text.frames;
    return layout_ladder(ladder, options);
  }

  int x_of(uint32_t column) const { return kMargin + pixels_of(layout_.x_of(column)); }
  int right_of(int columns) const { return kMargin + pixels_of(columns); }

  void add_lines(std::u32string_view text, int indent, std::string_view classes) {
    int at = indent;
    for (const std::u32string& words : wrap_words(text, columns_ - indent - 2, true)) {
      y_ += kLine;
      text_ += svg_text(right_of(at), y_, classes, words);
      at = indent + 2;
    }
  }

  void add_titles() {
    y_ = 8;
    const auto lines = head_lines(ladder_, style_.text.utc);
    for (size_t i = 0; i < lines.size(); i++)
      add_lines(lines[i], 0, i < ladder_.calls.size() ? "bold" : "dim");
    for (const LadderCall& call : ladder_.calls) {
      for (const std::string& codec : call.codecs) add_lines(safe_text(codec), 2, "dim");
    }
    y_ += kLine;
  }

  void add_hosts() {
    std::vector<std::vector<std::u32string>> names;
    size_t height = 1;
    for (const Participant& participant : ladder_.participants) {
      names.push_back(name_lines(participant, layout_.spacing - 2));
      height = std::max(height, names.back().size());
    }
    const int tall = static_cast<int>(height) * kLine + 8;
    for (uint32_t i = 0; i < names.size(); i++) {
      int columns = 0;
      for (const std::u32string& line : names[i]) columns = std::max(columns, text_width(line));
      const int wide = pixels_of(columns) + 10;
      text_ += fmt::format(
          "<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>\n",
          x_of(i) - wide / 2, y_, wide, tall);
      int y = y_ + (tall - static_cast<int>(names[i].size()) * kLine) / 2 - 4;
      const bool media = ladder_.participants[i].media_only;
      for (const std::u32string& line : names[i])
        text_ += svg_text(x_of(i), y += kLine, media ? "mid media" : "mid bold", line);
    }
    y_ += tall;
  }

  // Lifelines must be written before the rows, to lie behind them. Their length is known only when
  // the rows are drawn, so the rows are drawn into a text that is appended afterwards.
  void add_rows() {
    std::string before = std::move(text_);
    text_.clear();
    const int top = y_;
    for (const LadderRow& row : ladder_.rows) {
      if (style_.text.cancellation != nullptr && style_.text.cancellation->overdue()) break;
      add_row(row);
    }
    y_ += kLine;
    before += "<g class=\"life\">\n";
    for (uint32_t i = 0; i < ladder_.participants.size(); i++)
      before += svg_line(x_of(i), top, x_of(i), y_);
    before += "</g>\n<g class=\"halo\">\n";
    text_ = before + text_ + "</g>\n";
  }

  void add_row(const LadderRow& row) {
    if (row.kind == RowKind::note || row.kind == RowKind::gap) {
      y_ += row.label.empty() ? kLine : kRow;
      const uint32_t last =
          ladder_.participants.empty() ? 0 : static_cast<uint32_t>(ladder_.participants.size() - 1);
      if (!row.label.empty())
        text_ += svg_text((x_of(0) + x_of(last)) / 2, y_ - 8, "mid dim",
                          U"··· " + safe_text(row.label) + U" ···");
      return;
    }
    y_ += kRow;
    if (linked_) begin_link(row);
    add_figures(row);
    text_ += fmt::format("<g class=\"{}{}\">\n", ink_of(row), row.retransmission ? " again" : "");
    row.from == row.to ? add_loop(row) : add_arrow(row);
    text_ += "</g>\n";
    if (linked_) text_ += "</a>\n";
    add_details(row);
  }

  // An invisible rectangle makes the whole row a link.
  void begin_link(const LadderRow& row) {
    const bool media = row.kind == RowKind::media;
    text_ += fmt::format("<a href=\"#{}{}\" class=\"row\"", media ? 's' : 'm',
                         media ? row.stream.value : row.message.value);
    if (row.timed) text_ += fmt::format(" data-t=\"{}\"", (row.time_ns - begin_ns_) / 1'000'000);
    text_ += fmt::format("><rect class=\"hit\" x=\"4\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                         y_ - 21, width() - 8, kRow - 4);
  }

  // Under the arrow, to the right of the figures.
  void add_details(const LadderRow& row) {
    constexpr int kMostIndent = 40, kGap = 4;
    const std::vector<std::string> lines = detail_lines(row);
    if (lines.empty()) return;
    y_ += kGap;
    for (const std::string& line : lines)
      add_lines(safe_text(line), std::min(layout_.left() + 2, kMostIndent), "dim");
  }

  static std::string ink_of(const LadderRow& row) {
    if (row.kind == RowKind::media) return "media";
    return fmt::format("t{}", row.txn_number % kTxnInks);
  }

  // Frame, time and pause on the left; a mark where a finding begins.
  void add_figures(const LadderRow& row) {
    const int y = y_ + 4;
    const auto& found = findings_.at(row);
    if (!found.empty()) {
      text_ += fmt::format(
          "<g class=\"{}\"><circle class=\"head\" cx=\"{}\" cy=\"{}\" r=\"4\">"
          "<title>{}</title></circle></g>\n",
          to_string(found.front()->severity), kMargin / 2, y_,
          xml_text(utf8_text(finding_words(*found.front()))));
    }
    if (layout_.frame > 0)
      text_ +=
          svg_text(right_of(layout_.frame - 1), y, "end dim", safe_text(frame_text(ladder_, row)));
    if (!row.timed) return;
    if (layout_.time > 0)
      text_ += svg_text(right_of(layout_.frame), y, "",
                        safe_text(clock_text(row.time_ns, style_.text.utc)));
    if (layout_.delta > 0)
      text_ +=
          svg_text(right_of(layout_.left() - 1), y, "end dim", safe_text(delta_text(row.delta_ns)));
  }

  void add_head(int x, bool rightwards) {
    text_ += fmt::format("<path class=\"head\" d=\"M{} {}l{} {}v{}z\"/>\n", x, y_,
                         rightwards ? -kHead : kHead, -kHalfHead, 2 * kHalfHead);
  }

  // The label above the arrow. Where it is cut, a tooltip has all of it.
  void add_label(const LadderRow& row, int x, int y, std::string_view anchor, int room) {
    const std::u32string shown = fit_row_label(row, room, false);
    if (shown != row_label(row, false))
      text_ += "<title>" + xml_text(utf8_text(words_.of(row))) + "</title>\n";
    text_ += svg_text(x, y, anchor, shown);
  }

  void add_arrow(const LadderRow& row) {
    const bool rightwards = row.from < row.to;
    const int from = x_of(row.from), to = x_of(row.to);
    const ArrowPorts ports = ports_of(row);
    add_label(row, (from + to) / 2, y_ - 7, "mid", room_of(row, layout_) - ports.width());
    const int side = rightwards ? 4 : -4;
    if (!ports.from.empty())
      text_ += svg_text(from + side, y_ - 7, rightwards ? "dim" : "end dim", safe_text(ports.from));
    if (!ports.to.empty())
      text_ += svg_text(to - side, y_ - 7, rightwards ? "end dim" : "dim", safe_text(ports.to));
    const int end = rightwards ? to - kHead : to + kHead;
    if (row.kind == RowKind::media) {
      text_ += fmt::format("<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"6\"/>\n",
                           std::min(from, end), y_ - 3, std::abs(end - from));
    }
    text_ += svg_line(from, y_, end, y_);
    // A dot marks a message that a proxy forwards: here ended the arrow of the hop before.
    if (row.before)
      text_ += fmt::format("<circle class=\"head\" cx=\"{}\" cy=\"{}\" r=\"3\"/>\n", from, y_);
    add_head(to, rightwards);
  }

  // An arrow of a host to itself is a loop on the right of its lifeline; that of the last host is
  // on the left, where there is room.
  void add_loop(const LadderRow& row) {
    const bool left = row.from > 0 && row.from + 1 == ladder_.participants.size();
    const int x = x_of(row.from), out = left ? -16 : 16;
    text_ += fmt::format("<path d=\"M{} {}h{}v10h{}\"/>\n", x, y_ - 10, out,
                         left ? -out - kHead : -out + kHead);
    add_head(x, left);
    add_label(row, x + out + (left ? -6 : 6), y_ - 1, left ? "end" : "", room_of(row, layout_));
  }

  void add_findings() {
    y_ += kLine / 2;
    for (const LadderCall& call : ladder_.calls) {
      for (const LadderFinding& finding : call.findings)
        add_lines(finding_words(finding), 0, to_string(finding.severity));
    }
    if (ladder_.line_ns > 0)
      add_lines(safe_text(fmt::format("each empty line is {:.3g} s",
                                      static_cast<double>(ladder_.line_ns) / 1e9)),
                0, "dim");
    y_ += kLine;
  }

  const Ladder& ladder_;
  const LadderStyle& style_;
  PlacedFindings findings_;
  ArrowWords words_;
  LadderLayout layout_;
  bool linked_;
  int64_t begin_ns_;
  int columns_ = 0;  // of text, without the margins
  int y_ = 0;        // the bottom of what is drawn so far
  std::string text_;
};

class SvgLadders : public LadderWriter {
 public:
  using LadderWriter::LadderWriter;

  bool add(const Ladder& ladder) override {
    const LadderPicture picture(ladder, style_);
    std::string group =
        fmt::format("<g transform=\"translate(0,{})\">\n{}</g>\n", height_, picture.text());
    const size_t size = body_.size() + group.size() + kFrame + kStyle.size() + title_.size();
    full_ = size > style_.memory;
    cut_ = full_ || size > out_->left();
    if (cut_) return false;
    if (title_.empty() && !ladder.calls.empty())
      title_ = xml_text(utf8_text(fit_text(title_text(ladder.calls.front(), false), kMostOfTitle)));
    body_ += group;
    width_ = std::max(width_, picture.width());
    height_ += picture.height();
    return true;
  }

  void end() override {
    if (body_.empty() && cut_) return;
    if (body_.empty()) title_ = "no call";
    const int height = height_ + kMargin;
    out_->put(
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                    "viewBox=\"0 0 {0} {1}\" role=\"img\" "
                    "xml:space=\"preserve\">\n<title>{2}</title>\n{3}"
                    "<rect class=\"bg\" width=\"{0}\" height=\"{1}\"/>\n{4}</svg>\n",
                    width_, height, title_, kStyle, body_));
  }

  std::string remark() const override {
    return full_ ? "the picture ends early: more than --memory allows; choose fewer calls" : "";
  }

 private:
  static constexpr int kMostOfTitle = 100;
  static constexpr size_t kFrame = 1000;  // estimate of the markup around the ladders, in bytes
  std::string body_, title_;
  int width_ = 2 * kMargin, height_ = 0;
  bool full_ = false;  // the next ladder would need more than --memory allows
  bool cut_ = false;   // a ladder is left out
};

}  // namespace

LadderDrawing draw_ladder(const Ladder& ladder, const LadderStyle& style, bool linked,
                          int64_t begin_ns) {
  const LadderPicture picture(ladder, style, linked, begin_ns);
  return {picture.text(), picture.width(), picture.height()};
}

std::unique_ptr<LadderWriter> make_svg_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<SvgLadders>(style, out);
}

}  // namespace sipladder
