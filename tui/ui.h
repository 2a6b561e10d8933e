// What the user has set or chosen and all views share. Used by the thread that draws and answers
// keys, never by the engine's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "export/ladder.h"
#include "tui/keys.h"
#include "tui/mask.h"
#include "tui/overview.h"

namespace sipladder {

// How a table was left: it comes back like that.
struct TableState {
  std::vector<std::string> columns;   // empty: those of the table
  std::map<std::string, int> widths;  // of columns that the user has made wider or narrower
  std::string sort;                   // a column; empty: as the rows come
  bool descending = false;
  std::string filter;
  size_t selected = 0;
};

enum class ArrowColors : uint8_t { transaction, request, call };

// What times count from: midnight, the first packet or message, the row above, a row that the user
// has marked.
enum class TimeMode : uint8_t { of_day, since_start, since_previous, since_mark };

struct Ui {
  bool live = false;
  bool ask_before_leaving = true;  // a live capture
  bool ascii = false;
  bool color = true;
  bool syntax = true;              // colours in messages
  bool mouse = true;               // where the terminal has one
  std::map<Key, Action> bindings;  // keys that the user has given another meaning

  // Times
  TimeMode time_mode = TimeMode::of_day;
  int64_t mark_ns = 0;      // 0: none is set
  bool other_zone = false;  // than the command line says: UTC or local

  Mask mask;  // of names, numbers and addresses

  // Changes when all texts must be made anew.
  uint32_t look = 0;

  // The call list
  bool panel = true;   // the finding and the ladder of the selected call
  int panel_rows = 0;  // that it takes; 0: as many as seem right
  bool autoscroll = false;
  std::vector<std::string> columns;  // that a configuration names; empty: the usual ones
  std::string first_filter;          // likewise
  std::vector<CallId> chosen;        // with Space, ascending
  std::map<std::string, TableState> tables;
  Overview overview;

  // The ladder
  ArrowColors colors = ArrowColors::transaction;
  ColumnsBy columns_by = ColumnsBy::ip;
  std::vector<HostAlias> aliases;
  bool show_aliases = true;
  bool raw_pane = false;       // the message beside the ladder, wherever there is room
  bool raw_where_wide = true;  // only where there is plenty
  int raw_share = 50;          // percent of the width that the message beside the ladder takes
  bool media = true;
  bool compact = false;
  bool scale_time = false;

  // Reading
  std::function<void(bool)> pause;     // empty: there is nothing to pause
  std::function<void()> stop_reading;  // what was read is kept
  bool paused = false;

  // Where bytes are read again from, for what is saved.
  std::vector<std::string> sources;
  std::string bpf;
  std::string save_folder;
  // Writes the notes beside the capture; a sentence when it cannot. Empty: there is no capture.
  std::function<std::string(const std::string&)> save_notes;

  // How long a view may hold the lock for one frame while it chooses and sorts: less while packets
  // come, so that the engine goes on.
  std::chrono::milliseconds slice{25};

  std::string clipboard;  // for the terminal, which takes it when it can (OSC 52)
  std::string notice;     // said once in the last row
};

}  // namespace sipladder
