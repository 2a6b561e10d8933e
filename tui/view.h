// One screen: it copies what it shows under the lock (refresh), draws without it, and does what its
// keys ask for. What keys ask for in all views alike is done by App.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet_log.h"
#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"
#include "query/session_lock.h"
#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/ui.h"

namespace sipladder {

// What the views read. Everything but `lock` and `ui` is read with `lock` held.
struct Shared {
  const Model& model;
  const PacketLog& log;
  Analyst& analyst;
  SessionLock& lock;
  std::atomic<bool>& verdicts;  // the analysis is cheap now: findings may be shown
  bool utc_wanted = false;      // on the command line
  std::shared_ptr<Ui> ui = std::make_shared<Ui>();  // what all views have in common

  bool utc() const { return utc_wanted != ui->other_zone; }
};

class SharedLock {
 public:
  explicit SharedLock(const Shared& shared) : shared_(shared) { shared_.lock.lock_to_draw(); }
  ~SharedLock() { shared_.lock.unlock(); }
  SharedLock(const SharedLock&) = delete;
  SharedLock& operator=(const SharedLock&) = delete;

 private:
  const Shared& shared_;
};

class Screen;
// What comes after a key.
struct Reply {
  // `replace`: `view` stands where this one stood. `leave`: out of the program.
  enum class Kind : uint8_t { stay, back, open, replace, help, leave };
  Kind kind = Kind::stay;
  std::unique_ptr<Screen> view;  // open, replace
};

class Screen {
 public:
  virtual ~Screen() = default;
  // Copies the visible rows, with the lock held. `width` and `height` are those of the canvas given
  // to draw().
  virtual void refresh(int width, int height) = 0;
  virtual void draw(Canvas& canvas) const = 0;
  // Without the lock. While a line is typed each key goes to type(); else to act() goes what the
  // table of keys says of it, Action::none too.
  virtual bool typing() const { return false; }
  virtual Reply type(Key) { return {}; }
  virtual Reply act(Action action) = 0;
  // The mouse, at a place of the canvas: whether a row is there, which is selected then.
  virtual bool click(int, int) { return false; }
  // Pressed at one place, let go at another.
  virtual void drag(int, int, int, int) {}
  // Ends what was begun last (a search, a filter), since Esc was pressed; false: nothing was.
  virtual bool unwind() { return false; }
  virtual const KeyTable& keys() const = 0;
  virtual std::string name() const = 0;                 // in the help
  virtual std::string crumb() const { return name(); }  // in the trail of views
  virtual std::string heading() const { return {}; }    // behind it
  virtual bool working() const { return false; }        // has more to do: refresh again at once
  virtual std::string prompt() const {
    return {};
  }  // a question in the last row, while it is asked
};

}  // namespace sipladder
