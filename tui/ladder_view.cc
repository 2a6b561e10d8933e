#include "tui/ladder_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "export/ladder_words.h"
#include "export/time_text.h"
#include "tui/mask_ladder.h"
#include "tui/message_text.h"
#include "tui/text_pane.h"
#include "tui/times.h"

namespace sipladder {
namespace {

// A scanner can put a whole capture under one Call-ID. The screen shows only so many messages, to
// stay quick; the text export has all.
constexpr uint32_t kMaxMessages = 20'000;
constexpr int kWithFrames = 100;
constexpr int kLeastForRaw = 70;  // columns
constexpr int kWide = 160;
constexpr int kNarrow = 48;         // times are left out
constexpr int kLeastForHeader = 6;  // rows
constexpr int kLeastForPane = 9;

}  // namespace

// Whether all calls of the ladder were given up for memory while they were on the screen.
bool LadderView::is_gone() const {
  return std::none_of(calls_.begin(), calls_.end(),
                      [&](CallId id) { return shared_.model.calls.holds(id); });
}

LadderView::Made LadderView::wanted() const {
  const Ui& ui = *shared_.ui;
  Made made;
  for (const CallId id : calls_) {
    if (shared_.model.calls.holds(id)) made.messages += shared_.model.calls[id].messages;
  }
  made.epoch = shared_.model.evicted.epoch;
  made.verdicts = shared_.verdicts;
  made.rtp = ui.media;
  made.sdp = sdp_;
  made.only_sdp = only_sdp_;
  made.compact = ui.compact;
  made.scale = ui.scale_time;
  made.aliases = ui.show_aliases;
  made.by = ui.columns_by;
  made.look = ui.look;
  return made;
}

void LadderView::build() {
  std::erase_if(calls_, [&](CallId id) { return !shared_.model.calls.holds(id); });
  LadderOptions options;
  options.rtp = made_.rtp;
  options.sdp = made_.sdp;
  options.utc = shared_.utc();
  options.of_capture = made_.verdicts;
  options.max_messages = kMaxMessages;
  options.compact = made_.compact;
  options.transactions = true;
  options.scale_time = made_.scale;
  options.columns_by = made_.by;
  if (made_.aliases) options.aliases = shared_.ui->aliases;
  const MessageId before =
      ladder_.rows.empty() ? MessageId{} : ladder_.rows[cursor_.selected].message;
  ladder_ = build_ladder({shared_.model, shared_.log, shared_.analyst, calls_}, options);
  note_of_call_.clear();
  if (!ladder_.calls.empty())
    note_of_call_ = shared_.ui->mask.sentence(
        std::string(shared_.analyst.notes().of(ladder_.calls.front().call_id)));
  take_notes();
  mask_ladder(&shared_.ui->mask, &ladder_);
  if (only_sdp_)
    std::erase_if(ladder_.rows, [](const LadderRow& row) {
      return row.kind == RowKind::message && !row.has_sdp;
    });
  problems_.clear();
  for (const CallId call : calls_) {
    for (Problem& problem : problems_of(shared_, call)) problems_.push_back(std::move(problem));
  }
  if (made_.verdicts && !calls_.empty()) {
    shared_.analyst.legs().update();
    legs_ = shared_.analyst.legs().legs_of(calls_.front());
  }
  built_ = true;
  cursor_.count = ladder_.rows.size();
  if (before) select_message(before);
}

// The notes of the messages of the ladder.
void LadderView::take_notes() {
  notes_of_messages_.clear();
  const Notes& notes = shared_.analyst.notes();
  if (notes.empty()) return;
  std::map<uint32_t, std::string_view> call_ids;
  for (const LadderCall& call : ladder_.calls) call_ids[call.id.value] = call.call_id;
  for (const LadderRow& row : ladder_.rows) {
    const auto call_id = call_ids.find(row.call.value);
    if (!row.message || call_id == call_ids.end()) continue;
    const std::string_view note =
        notes.of(Notes::message_key(call_id->second, row.frame, row.source));
    if (!note.empty())
      notes_of_messages_[row.message.value] = shared_.ui->mask.sentence(std::string(note));
  }
}

// Puts the cursor on the target, once, as soon as the ladder has rows.
void LadderView::go_to_target() {
  if (reached_ || ladder_.rows.empty()) return;
  reached_ = true;
  Problem wanted;
  if (target_.first_evidence) {
    if (problems_.empty() || problems_.front().severity == Severity::info) return;
    wanted = problems_.front();
  } else {
    wanted.message = target_.message;
    wanted.stream = target_.stream;
    wanted.evidence = target_.frames;
    wanted.source = target_.source;
  }
  const std::vector<size_t> rows = rows_of(wanted, ladder_);
  if (!rows.empty()) cursor_.select(first_proof(wanted, ladder_, rows));
  for (size_t i = 0; i < problems_.size(); i++) {
    const bool same =
        problems_[i].evidence == target_.frames && problems_[i].source == target_.source;
    if (!target_.frames.empty() && same) problem_ = i;
  }
}

bool LadderView::shows_raw(int width) const {
  const Ui& ui = *shared_.ui;
  return ui.raw_pane ? width >= kLeastForRaw : ui.raw_where_wide && width >= kWide;
}

int LadderView::ladder_width(int width) const {
  if (!shows_raw(width)) return width;
  return width - width * shared_.ui->raw_share / 100;
}

LadderTextOptions LadderView::text_options() const {
  LadderTextOptions options;
  options.width = width_ - 1;              // the first column is for marks
  options.frames = width_ >= kWithFrames;  // on a narrow screen only the line below has the frame
  tell_times(shared_, ladder_, &options);
  options.ascii = shared_.ui->ascii;
  return options;
}

// Makes the lines below the rows: the finding, or the codec table.
void LadderView::take_pane(int width, int height) {
  pane_.clear();
  proofs_.clear();
  if (problem_ >= problems_.size()) problem_ = 0;
  if (!problems_.empty()) proofs_ = rows_of(problems_[problem_], ladder_);
  if (height < kLeastForPane) return;
  size_t most = static_cast<size_t>(std::max(2, height / 4));
  if (sdp_) {
    pane_ = draw_ladder_title(ladder_, width, shared_.ui->ascii);
    if (!pane_.empty()) pane_.erase(pane_.begin());
    most = static_cast<size_t>(height / 2);
  } else if (!problems_.empty()) {
    const Problem& problem = problems_[problem_];
    const std::string number =
        problems_.size() < 2 ? "" : fmt::format("({} of {}) ", problem_ + 1, problems_.size());
    add_wrapped(&pane_, number + problem_line(problem), width, 0, severity_ink(problem.severity));
    if (stepped_ && !problem.remedy.empty())
      add_wrapped(&pane_, "to do: " + problem.remedy, width, 2);
  }
  if (pane_.size() <= most) return;
  pane_.resize(most);
  const std::string more = sdp_ ? " ... " : " ... v: all ";
  put_text(&pane_.back(), std::max(0, width - static_cast<int>(more.size())), safe_text(more),
           Ink::dim);
}

void LadderView::take_raw() {
  const MessageId id = ladder_.rows.empty() ? MessageId{} : ladder_.rows[cursor_.selected].message;
  if (id == raw_of_) return;
  raw_of_ = id;
  raw_.clear();
  if (id) raw_ = message_lines(shared_, id);
}

// Where a narrow screen has no room for both, the arrows stay visible and the times are scrolled
// out to the left.
void LadderView::lay_out() {
  LadderTextOptions options = text_options();
  layout_ = layout_ladder(ladder_, options);
  side_ = 0;
  if (width_ >= kNarrow) return;
  side_ = layout_.left();
  options.width += side_;
  layout_ = layout_ladder(ladder_, options);
}

void LadderView::refresh(int width, int height) {
  full_width_ = width;
  width_ = ladder_width(width);
  if (is_gone()) {
    ladder_ = Ladder{};
    problems_.clear();
  } else if (const Made now = wanted(); !built_ || !(now == made_)) {
    made_ = now;
    build();
  }
  lay_out();
  header_.clear();
  if (height >= kLeastForHeader) header_ = draw_ladder_header(ladder_, layout_, shared_.ui->ascii);
  if (header_.size() > static_cast<size_t>(height / 3))
    header_.resize(static_cast<size_t>(height / 3));
  take_pane(width, height);
  const int edges = static_cast<int>(header_.size() + pane_.size()) + (height > 2 ? 1 : 0);
  cursor_.fit(ladder_.rows.size(), static_cast<size_t>(std::max(1, height - edges)));
  go_to_target();
  if (width_ < width) take_raw();
  detail_ = detail();
}

std::string LadderView::host(EndpointId id) const {
  return shared_.ui->mask.name(to_string(shared_.model.endpoints[id]));
}

// The line about a selected message. It begins with the label when the arrow shows only a part of
// it.
std::string LadderView::message_detail(const LadderRow& row) const {
  const MessageRecord& record = shared_.model.messages[row.message];
  std::string out = fmt::format("frame {}  {} > {}  {}  CSeq {} {}  {} bytes", row.frame,
                                host(record.src), host(record.dst), to_string(record.transport),
                                record.cseq, to_string(record.method), record.length);
  const bool ascii = shared_.ui->ascii;
  const int room = room_of(row, layout_) - ports_of(row).width();
  if (fit_row_label(row, room, ascii) != row_label(row, ascii)) out = row.label + "  " + out;
  const auto note = notes_of_messages_.find(row.message.value);
  if (note != notes_of_messages_.end()) out = "[" + note->second + "]  " + out;
  if (!row.transaction.empty()) out += "  " + row.transaction;
  if (row.before && shared_.model.messages.holds(row.before)) {
    const MessageRecord& before = shared_.model.messages[row.before];
    out = fmt::format("next hop of frame {}, {:.1f} ms later  {}", before.frame,
                      static_cast<double>(record.time_ns - before.time_ns) / 1e6, out);
  }
  if (!shared_.model.messages.holds(row.original)) return out;
  return fmt::format("{} of frame {}  {}", row.retransmission ? "retransmission" : "duplicate",
                     shared_.model.messages[row.original].frame, out);
}

std::string LadderView::detail() const {
  if (ladder_.rows.empty()) return {};
  const LadderRow& row = ladder_.rows[cursor_.selected];
  if (row.kind == RowKind::message && shared_.model.messages.holds(row.message))
    return message_detail(row);
  if (row.kind != RowKind::media || !shared_.model.streams.holds(row.stream)) return {};
  const StreamRecord& stream = shared_.model.streams[row.stream];
  return fmt::format("{} > {}  SSRC {:08x}  {}  {}, {} lost, {}", host(stream.src),
                     host(stream.dst), stream.ssrc, row.codec, counted(row.packets, "packet"),
                     row.lost, duration_text(row.end_ns - row.time_ns));
}

std::string LadderView::crumb() const {
  return calls_.size() == 1 ? fmt::format("call {}", calls_.front().value)
                            : fmt::format("{} calls", calls_.size());
}

std::string LadderView::heading() const {
  if (ladder_.calls.empty()) return "given up for memory (--memory)";
  std::string text = note_of_call_.empty() ? "" : "[" + note_of_call_ + "]  ";
  text += utf8_text(title_text(ladder_.calls.front(), shared_.ui->ascii));
  if (ladder_.calls.size() > 1) text += fmt::format("  and {} more", ladder_.calls.size() - 1);
  return text;
}

CellLine LadderView::drawn_row(size_t index) const {
  LadderRow row = ladder_.rows[index];
  if (shared_.ui->colors == ArrowColors::request) row.txn_number = row.status == 0 ? 1 : 0;
  if (shared_.ui->colors == ArrowColors::call) {
    const auto at = std::find(calls_.begin(), calls_.end(), row.call);
    row.txn_number = static_cast<uint32_t>(at - calls_.begin());
  }
  return draw_ladder_row(ladder_, row, layout_, text_options());
}

void LadderView::draw(Canvas& canvas) const {
  Canvas ladder(width_, canvas.height());
  int y = 0;
  for (const CellLine& line : header_) ladder.line(1, y++, line, skip_ + side_);
  for (size_t i = cursor_.top; i < cursor_.end(); i++, y++) {
    ladder.line(1, y, drawn_row(i), skip_ + side_);
    const bool proof = std::binary_search(proofs_.begin(), proofs_.end(), i);
    if (notes_of_messages_.contains(ladder_.rows[i].message.value))
      ladder.text(0, y, std::string_view("*"), Ink::good);
    if (proof) ladder.text(0, y, std::string_view(">"), Ink::error);
    if (marked_ && ladder_.rows[i].message == marked_)
      ladder.text(0, y, std::string_view("x"), Ink::good);
    if (i == cursor_.selected) ladder.reverse_row(y);
  }
  canvas.paste(0, 0, ladder);
  const int below = canvas.height() - 1 - static_cast<int>(pane_.size());
  if (width_ < canvas.width()) {
    for (int row = 0; row < below; row++) {
      canvas.text(width_, row, std::string_view(shared_.ui->ascii ? "|" : "│"), Ink::dim);
      if (static_cast<size_t>(row) < raw_.size())
        canvas.line(width_ + 2, row, raw_[static_cast<size_t>(row)]);
    }
  }
  for (size_t i = 0; i < pane_.size(); i++) canvas.line(0, below + static_cast<int>(i), pane_[i]);
  if (canvas.height() > 2) canvas.text(0, canvas.height() - 1, detail_, Ink::dim);
}

}  // namespace sipladder
