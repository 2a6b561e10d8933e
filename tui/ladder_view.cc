#include "tui/ladder_view.h"

#include <fmt/format.h>

#include "export/time_text.h"
#include "tui/message_view_screen.h"

namespace sipladder {
namespace {

// One Call-ID can hold a whole capture (a scanner's): the screen stays quick, the text export has
// all.
constexpr uint32_t kMaxMessages = 20'000;
constexpr size_t kMaxTitleLines = 5;

}  // namespace

// A call that was given up for memory while it was on the screen.
bool LadderView::is_gone() const {
  return !shared_.model.calls.holds(call_);
}

bool LadderView::outdated() const {
  return !built_ || built_messages_ != shared_.model.calls[call_].messages ||
         built_epoch_ != shared_.model.evicted.epoch || (shared_.verdicts && !built_with_verdicts_);
}

void LadderView::build() {
  LadderOptions options;
  options.rtp = rtp_;
  options.max_messages = kMaxMessages;
  ladder_ = build_ladder({shared_.model, shared_.log, shared_.analyst, {call_}}, options);
  built_ = true;
  built_with_verdicts_ = shared_.verdicts;
  built_messages_ = shared_.model.calls[call_].messages;
  built_epoch_ = shared_.model.evicted.epoch;
}

LadderTextOptions LadderView::text_options() const {
  LadderTextOptions options;
  options.width = width_;
  options.utc = shared_.utc;
  return options;
}

void LadderView::refresh(int width, int height) {
  width_ = width;
  if (is_gone()) {
    ladder_ = Ladder{};
  } else if (outdated()) {
    build();
  }
  layout_ = layout_ladder(ladder_, text_options());
  title_ = draw_ladder_title(ladder_, width, false);
  if (is_gone()) {
    title_.resize(1);
    put_text(&title_[0], 0, safe_text("This call was given up for memory (--memory)."),
             Ink::warning);
  }
  if (title_.size() > kMaxTitleLines) title_.resize(kMaxTitleLines);
  // Two lines of header above the rows, one of details below.
  const int rest = height - static_cast<int>(title_.size()) - 3;
  cursor_.fit(ladder_.rows.size(), static_cast<size_t>(std::max(1, rest)));
  endpoints_ = detail();
}

std::string LadderView::detail() const {
  if (ladder_.rows.empty()) return {};
  const LadderRow& row = ladder_.rows[cursor_.selected];
  if (row.kind == RowKind::message) {
    const MessageRecord& record = shared_.model.messages[row.message];
    std::string out =
        fmt::format("frame {}  {} > {}  {}  CSeq {} {}  {} bytes", row.frame,
                    to_string(shared_.model.endpoints[record.src]),
                    to_string(shared_.model.endpoints[record.dst]), to_string(record.transport),
                    record.cseq, to_string(record.method), record.length);
    if (!row.original) return out;
    return fmt::format("{} of frame {}  {}", row.retransmission ? "retransmission" : "duplicate",
                       shared_.model.messages[row.original].frame, out);
  }
  if (row.kind != RowKind::media) return {};
  const StreamRecord& stream = shared_.model.streams[row.stream];
  return fmt::format("{} > {}  SSRC {:08x}  {}  {} packets, {} lost, {}",
                     to_string(shared_.model.endpoints[stream.src]),
                     to_string(shared_.model.endpoints[stream.dst]), stream.ssrc, row.codec,
                     row.packets, row.lost, duration_text(row.end_ns - row.time_ns));
}

void LadderView::draw(Canvas& canvas) const {
  int y = 0;
  for (const CellLine& line : title_) canvas.line(0, y++, line);
  canvas.reverse_row(0);
  for (const CellLine& line : draw_ladder_header(ladder_, layout_, false)) {
    canvas.line(0, y++, line, skip_);
  }
  for (size_t i = cursor_.top; i < cursor_.end(); i++, y++) {
    canvas.line(0, y, draw_ladder_row(ladder_, ladder_.rows[i], layout_, text_options()), skip_);
    if (i == cursor_.selected) canvas.reverse_row(y);
  }
  canvas.text(0, canvas.height() - 2, endpoints_, Ink::dim);
}

Reply LadderView::open_message() const {
  if (ladder_.rows.empty() || !ladder_.rows[cursor_.selected].message) return {};
  std::vector<MessageId> messages;
  size_t at = 0;
  for (size_t i = 0; i < ladder_.rows.size(); i++) {
    if (i == cursor_.selected) at = messages.size();
    if (ladder_.rows[i].message) messages.push_back(ladder_.rows[i].message);
  }
  return {Reply::Kind::open, std::make_unique<MessageScreen>(shared_, std::move(messages), at)};
}

void LadderView::find(bool forward) {
  search_.run(
      forward, [this](size_t row) { return search_.in(ladder_.rows[row].label); }, &cursor_);
}

// Goes to the message that proves the next finding.
void LadderView::next_finding() {
  std::vector<MessageId> proofs;
  for (const LadderCall& call : ladder_.calls) {
    for (const LadderFinding& finding : call.findings) {
      if (finding.message) proofs.push_back(finding.message);
    }
  }
  if (proofs.empty()) return;
  const MessageId wanted = proofs[finding_++ % proofs.size()];
  for (size_t i = 0; i < ladder_.rows.size(); i++) {
    if (ladder_.rows[i].message == wanted) cursor_.select(i);
  }
}

Reply LadderView::handle(Key key) {
  if (search_.editing()) {
    if (search_.type(key)) find(true);
    return {};
  }
  const Action action = action_of(keys(), key);
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::back:
      return {Reply::Kind::back, nullptr};
    case Action::help:
      return {Reply::Kind::help, nullptr};
    case Action::open:
      return open_message();
    case Action::left:
      skip_ = std::max(0, skip_ - 8);
      break;
    case Action::right:
      skip_ += 8;
      break;
    case Action::rtp:
      rtp_ = !rtp_;
      built_ = false;
      break;
    case Action::findings:
      next_finding();
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

const KeyTable& LadderView::keys() const {
  static const KeyTable kKeys = {
      {kKeyUp, Action::up, ""},
      {kKeyDown, Action::down, "a row up or down"},
      {kKeyPageUp, Action::page_up, ""},
      {kKeyPageDown, Action::page_down, "a page up or down"},
      {kKeyHome, Action::first, ""},
      {kKeyEnd, Action::last, "to the first or last row"},
      {kKeyLeft, Action::left, ""},
      {kKeyRight, Action::right, "scroll sideways"},
      {kKeyEnter, Action::open, "the text of the message"},
      {'F', Action::findings, "to the evidence of the next finding"},
      {'r', Action::rtp, "RTP streams on or off"},
      {'/', Action::search, "search in the labels"},
      {'n', Action::search_next, ""},
      {'N', Action::search_previous, "next or previous match"},
      {'?', Action::help, "this help"},
      {'q', Action::back, ""},
      {kKeyEscape, Action::back, "back to the call list"},
  };
  return kKeys;
}

}  // namespace sipladder
