// What the user has set or chosen, shared by all views.
//
// Threads: only one that draws or answers keys uses it at a time, never the engine's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "capture/packet_tape.h"
#include "export/ladder.h"
#include "tui/keys.h"
#include "tui/mask.h"
#include "tui/overview.h"

namespace sipladder {

// The state in which a table's view was left, for the next time that it is opened.
struct TableState {
  std::vector<std::string> columns;   // empty: shown_columns() of the table
  std::map<std::string, int> widths;  // of columns that the user has made wider or narrower
  std::string sort;                   // a column; empty: as the rows come
  bool descending = false;
  std::string filter;
  size_t selected = 0;
};

enum class ArrowColors : uint8_t { transaction, request, call };

// What times count from: midnight, the beginning of the capture or ladder, the row above, or a row
// that the user has marked.
enum class TimeMode : uint8_t { of_day, since_start, since_previous, since_mark };

struct Ui {
  bool live = false;
  bool ask_before_leaving = true;  // only when `live`
  bool ascii = false;
  bool color = true;
  bool syntax = true;              // colours in messages
  bool mouse = true;               // where the terminal has one
  std::map<Key, Action> bindings;  // keys to which the user has given another action

  // Times
  TimeMode time_mode = TimeMode::of_day;
  int64_t mark_ns = 0;      // time of the marked row; 0: none is marked
  bool other_zone = false;  // UTC instead of local times, or local instead of UTC (Shared::utc())

  Mask mask;  // of names, numbers and addresses

  // Counts up when all views must make their texts anew.
  uint32_t look = 0;

  // The call list
  bool panel = true;   // the finding and the ladder of the selected call
  int panel_rows = 0;  // height of the panel; 0: chosen by the height of the screen
  bool autoscroll = false;
  std::vector<std::string> columns;  // named by a configuration file; empty: the usual ones
  std::string first_filter;          // a filter of a configuration file; empty: none
  std::vector<CallId> chosen;        // calls chosen with Space, ascending
  std::map<std::string, TableState> tables;
  Overview overview;

  // The ladder
  ArrowColors colors = ArrowColors::transaction;
  ColumnsBy columns_by = ColumnsBy::ip;
  std::vector<HostAlias> aliases;
  bool show_aliases = true;
  bool raw_pane = false;       // the message beside the ladder, wherever there is room
  bool raw_where_wide = true;  // the message beside the ladder, only on a wide screen
  int raw_share = 50;          // percent of the width that the message beside the ladder takes
  bool media = true;
  bool compact = false;
  bool scale_time = false;

  // Reading
  std::function<void(bool)> pause;     // empty: there is nothing to pause
  std::function<void()> stop_reading;  // what was read is kept
  bool paused = false;

  // The files and the filter that saving reads packets from again.
  std::vector<std::string> sources;
  std::string bpf;
  const PacketTape* tape = nullptr;  // packets of a pipe or a device; null: `sources` hold them
  // Of the program, for reports.
  std::string version, command_line;
  std::string save_folder;
  // Writes the notes beside the capture; returns a sentence when it cannot. Empty: there is no
  // capture file.
  std::function<std::string(const std::string&)> save_notes;

  // How long a view may hold the lock for one frame while it chooses and sorts. It is less while
  // packets come, so that the engine can go on.
  std::chrono::milliseconds slice{25};

  std::string clipboard;  // a text that Terminal::copy() will be given next
  std::string notice;     // shown in the last row until the next key
};

}  // namespace sipladder
