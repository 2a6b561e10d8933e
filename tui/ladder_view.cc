#include "tui/ladder_view.h"

#include <fmt/format.h>

#include "correlate/model/names.h"
#include "export/time_text.h"
#include "tui/message_view_screen.h"

namespace sipladder {
namespace {

// One Call-ID can hold a whole capture (a scanner's): the screen stays quick, the text export has
// all.
constexpr uint32_t kMaxMessages = 20'000;
constexpr size_t kMaxTitleLines = 6;
constexpr int kWithFrames = 100;
constexpr size_t kMaxCodecLines = 14;

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
  options.sdp = sdp_;
  options.utc = shared_.utc;
  options.of_capture = shared_.verdicts;
  options.max_messages = kMaxMessages;
  ladder_ = build_ladder({shared_.model, shared_.log, shared_.analyst, {call_}}, options);
  if (shared_.verdicts) {
    shared_.analyst.legs().update();
    legs_ = shared_.analyst.legs().legs_of(call_);
  }
  built_ = true;
  built_with_verdicts_ = shared_.verdicts;
  built_messages_ = shared_.model.calls[call_].messages;
  built_epoch_ = shared_.model.evicted.epoch;
}

LadderTextOptions LadderView::text_options() const {
  LadderTextOptions options;
  options.width = width_;
  options.frames = width_ >= kWithFrames;  // else the line below has the number
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
  const size_t most = sdp_ ? std::min(kMaxCodecLines, static_cast<size_t>(std::max(1, height / 2)))
                           : kMaxTitleLines;
  if (title_.size() > most) title_.resize(most);
  header_ = draw_ladder_header(ladder_, layout_, false);
  // One line of details below the rows.
  const int rest = height - static_cast<int>(title_.size() + header_.size()) - 1;
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
    if (row.before && shared_.model.messages.holds(row.before)) {
      const MessageRecord& before = shared_.model.messages[row.before];
      out = fmt::format("next hop of frame {}, {:.1f} ms later  {}", before.frame,
                        static_cast<double>(record.time_ns - before.time_ns) / 1e6, out);
    }
    if (!row.original) return out;
    return fmt::format("{} of frame {}  {}", row.retransmission ? "retransmission" : "duplicate",
                       shared_.model.messages[row.original].frame, out);
  }
  if (row.kind != RowKind::media) return {};
  const StreamRecord& stream = shared_.model.streams[row.stream];
  return fmt::format(
      "{} > {}  SSRC {:08x}  {}  {}, {} lost, {}", to_string(shared_.model.endpoints[stream.src]),
      to_string(shared_.model.endpoints[stream.dst]), stream.ssrc, row.codec,
      counted(row.packets, "packet"), row.lost, duration_text(row.end_ns - row.time_ns));
}

void LadderView::draw(Canvas& canvas) const {
  int y = 0;
  for (const CellLine& line : title_) canvas.line(0, y++, line);
  canvas.reverse_row(0);
  for (const CellLine& line : header_) canvas.line(0, y++, line, skip_);
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
  if (!proofs.empty()) select_message(proofs[finding_++ % proofs.size()]);
}

void LadderView::select_message(MessageId id) {
  for (size_t i = 0; id && i < ladder_.rows.size(); i++) {
    if (ladder_.rows[i].message == id) cursor_.select(i);
  }
}

// From the selected message to one that it belongs to.
void LadderView::jump(Action action) {
  if (ladder_.rows.empty()) return;
  const LadderRow& row = ladder_.rows[cursor_.selected];
  if (action == Action::to_original) return select_message(row.original);
  if (action == Action::to_hop) return select_message(row.before);
  for (size_t i = 0; i < ladder_.rows.size(); i++) {
    const LadderRow& other = ladder_.rows[i];
    if (other.message && other.txn == row.txn && other.status == 0) return cursor_.select(i);
  }
}

// The next leg of the end-to-end call, among those that build() has found.
Reply LadderView::other_leg() const {
  const auto here = std::find(legs_.begin(), legs_.end(), call_);
  if (legs_.size() < 2 || here == legs_.end()) return {};
  const CallId next = here + 1 == legs_.end() ? legs_.front() : *(here + 1);
  return {Reply::Kind::open, std::make_unique<LadderView>(shared_, next)};
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
    case Action::sdp:
      sdp_ = !sdp_;
      built_ = false;
      break;
    case Action::findings:
      next_finding();
      break;
    case Action::to_request:
    case Action::to_original:
    case Action::to_hop:
      jump(action);
      break;
    case Action::other_leg:
      return other_leg();
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
      {'s', Action::sdp, "codecs chosen, and SDP before and after a hop, on or off"},
      {'t', Action::to_request, "to the request of this response"},
      {'o', Action::to_original, "to the original of this retransmission"},
      {'h', Action::to_hop, "to the same message one hop before"},
      {'x', Action::other_leg, "the next leg of the end-to-end call"},
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
