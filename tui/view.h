// A view of the terminal UI. It copies what it shows while the lock is held (refresh), draws
// without the lock, and does what its keys ask for. Keys that do the same in all views are handled
// by App.
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

// What the views read. Everything but `lock` and `ui` may only be read with `lock` held. All that
// the references name must outlive the views.
struct Shared {
  const Model& model;
  const PacketLog& log;
  Analyst& analyst;
  SessionLock& lock;
  std::atomic<bool>& verdicts;  // the analysis is cheap now: findings may be shown
  bool utc_wanted = false;      // by the command line
  std::shared_ptr<Ui> ui = std::make_shared<Ui>();  // the settings that all views share

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
// What a view wants after a key.
struct Reply {
  // `replace`: `view` takes the place of this view. `leave`: the program ends.
  enum class Kind : uint8_t { stay, back, open, replace, help, leave };
  Kind kind = Kind::stay;
  std::unique_ptr<Screen> view;  // with `open` and `replace`
};

class Screen {
 public:
  virtual ~Screen() = default;
  // Copies the visible rows, with the lock held. `width` and `height` are those of the canvas given
  // to draw().
  virtual void refresh(int width, int height) = 0;
  virtual void draw(Canvas& canvas) const = 0;
  // Called without the lock. While typing() is true, each key goes to type(). Else act() gets the
  // action that the key table says, Action::none too.
  virtual bool typing() const { return false; }
  virtual Reply type(Key) { return {}; }
  virtual Reply act(Action action) = 0;
  // A click at a place of the canvas. True: a row is there, and is selected now.
  virtual bool click(int, int) { return false; }
  // The mouse button was pressed at the first place and released at the second.
  virtual void drag(int, int, int, int) {}
  // Esc: ends a search or filter. False: there is none, and the view is left.
  virtual bool unwind() { return false; }
  virtual const KeyTable& keys() const = 0;
  virtual std::string name() const = 0;                 // in the help
  virtual std::string crumb() const { return name(); }  // in the trail of views
  virtual std::string heading() const { return {}; }    // behind the trail
  virtual bool working() const { return false; }        // has more to do: refresh again at once
  // The prompt names a file, which the mask leaves: files are written with the name that is typed.
  virtual bool asks_for_file() const { return false; }
  virtual std::string prompt() const {
    return {};
  }  // a question in the last row, while it is asked
};

}  // namespace sipladder
