// The view of the ladder of one or several calls. A finding is shown below the rows, and on a wide
// screen the selected message beside them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "export/ladder.h"
#include "export/ladder_text.h"
#include "tui/note_prompt.h"
#include "tui/place.h"
#include "tui/problems.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

// The row that is selected when a ladder opens.
struct LadderTarget {
  bool first_evidence = false;  // at the first evidence of the worst finding
  MessageId message = {};
  StreamId stream = {};
  std::vector<uint32_t> frames = {};
  uint16_t source = 0;  // of the frames
};

class LadderView : public Screen {
 public:
  LadderView(const Shared& shared, std::vector<CallId> calls, LadderTarget target = {})
      : shared_(shared), calls_(std::move(calls)), target_(std::move(target)), reached_(false) {}

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool typing() const override { return search_.editing() || place_.editing() || note_.editing(); }
  Reply type(Key key) override;
  bool click(int x, int y) override;
  void drag(int from_x, int from_y, int x, int y) override;
  Reply act(Action action) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "ladder"; }
  std::string crumb() const override;
  std::string heading() const override;
  std::string prompt() const override {
    if (note_.editing()) return note_.prompt();
    return place_.editing() ? place_.prompt() : search_.prompt();
  }

 private:
  // What the ladder depends on: when it changes, the ladder is built again.
  struct Made {
    uint32_t messages = 0, epoch = 0;
    bool verdicts = false, rtp = false, sdp = false, only_sdp = false, compact = false;
    bool scale = false, aliases = false;
    ColumnsBy by = ColumnsBy::ip;
    uint32_t look = 0;
    bool operator==(const Made&) const = default;
  };
  Made wanted() const;
  void build();
  void go_to_target();
  bool is_gone() const;
  int ladder_width(int width) const;
  bool shows_raw(int width) const;
  void lay_out();
  LadderTextOptions text_options() const;
  void take_pane(int width, int height);
  void take_raw();
  std::string detail() const;
  std::string host(EndpointId id) const;
  std::string message_detail(const LadderRow& row) const;
  CellLine drawn_row(size_t index) const;

  void set_share(int percent) const;
  bool switch_pane(Action action);
  void switch_shown(Action action);
  Reply open_row() const;
  Reply compare();
  Reply show_all_legs();
  Reply next_leg() const;
  void find(bool forward);
  void go_to(const Place& place);
  void set_mark() const;
  CallId selected_call() const;
  void next_finding(bool forward);
  void select_message(MessageId id);
  void jump(Action action);
  void take_notes();
  void copy_message() const;
  void copy_ladder() const;
  void copy_command() const;

  Shared shared_;
  std::vector<CallId> calls_;
  LadderTarget target_;
  bool reached_;  // the cursor was put on target_
  bool built_ = false;
  Made made_;
  Ladder ladder_;
  LadderLayout layout_;
  std::vector<Problem> problems_;  // findings of all calls of the ladder
  std::vector<size_t> proofs_;     // rows that prove problems_[problem_]
  size_t problem_ = 0;
  bool stepped_ = false;      // a key has chosen problem_
  std::vector<CallId> legs_;  // all legs of the end-to-end call
  int width_ = 80;            // of the ladder
  int full_width_ = 80;       // of the ladder and the message beside it
  int side_ = 0;              // columns at the left that are scrolled out of a narrow screen
  bool sdp_ = false;          // the codec table instead of the finding
  bool only_sdp_ = false;
  int skip_ = 0;
  MessageId marked_;    // with Space: waits for another message to be compared with
  std::string detail_;  // the line about the selected row
  std::vector<CellLine> header_, pane_, raw_;
  MessageId raw_of_;
  Cursor cursor_;
  Search search_;
  PlacePrompt place_;
  NotePrompt note_;
  std::string note_of_call_;                           // the note of the first call
  std::map<uint32_t, std::string> notes_of_messages_;  // by MessageId
};

}  // namespace sipladder
