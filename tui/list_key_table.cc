// The keys of the call list, in the order of its help. Keys of sngrep do the same here as there
// (docs/sngrep.md).
#include "tui/list_view.h"

namespace sipladder {

const KeyTable& ListView::keys() const {
  static const KeyTable kKeys = with_movement_keys(
      {
          {kKeyEnter, Action::open, "the ladder of the call, or of those selected", "ladder"},
      },
      {
          {'e', Action::next_problem, "", "next problem"},
          {'E', Action::previous_problem, "the next or previous call with a problem"},
          {'w', Action::sort_worst, "worst first, or as they came", "worst first"},
          {'v', Action::whole_finding, "all that is found of the call, in whole sentences",
           "finding"},
          {'b', Action::panel, "the part below the list, or not"},
          {'0', Action::all, "all calls"},
          {'1', Action::one_way, ""},
          {'2', Action::silent, ""},
          {'3', Action::failed, ""},
          {'4', Action::nat, ""},
          {'5', Action::capture,
           "only calls that are one-way, silent, failed, with NAT faults, with capture trouble"},
          {kKeyTab, Action::next_view, "", "views"},
          {kKeyBackTab, Action::previous_view,
           "the next or previous view: findings, NAT, streams, ..."},
          {';', Action::sql, "ask in SQL"},
          {' ', Action::select, "select the call, or not", "select"},
          {'f', Action::filter, "", "filter"},
          {function_key(7), Action::filter, "filter by words, /regex/ over all messages, or SQL"},
          {'F', Action::values, "values of the column sorted by, with counts; Enter filters"},
          {'/', Action::search, "", "search"},
          {function_key(3), Action::search, "search in all that is known of each call"},
          {'n', Action::search_next, ""},
          {'N', Action::search_previous, "next or previous match"},
          {':', Action::go_to, "go to a frame or a time"},
          {'W', Action::time_mode, "times of the day, since the start, the row above, or the mark"},
          {'B', Action::time_mark, "times count from this call"},
          {'U', Action::zone, "times in UTC, or local"},
          {control_key('n'), Action::note, "write a note about the call, kept beside the capture"},
          {'*', Action::bookmark, "a star before the note of the call, or none"},
          {'M', Action::mask, "names, numbers and addresses replaced on the screen, or not"},
          {'s', Action::save, "", "save"},
          {function_key(2), Action::save, "save the selected calls, or all that are shown"},
          {'x', Action::extended, ""},
          {function_key(4), Action::extended, "the ladder with all legs of the end-to-end call"},
          {'r', Action::raw, ""},
          {function_key(6), Action::raw, "the text of all messages of the call"},
          {'<', Action::sort_previous, ""},
          {'>', Action::sort_next, "sort by the column before or behind"},
          {'z', Action::reverse, "sort the other way"},
          {'t', Action::columns, ""},
          {function_key(10), Action::columns, "choose and order columns"},
          {'[', Action::narrower_column, ""},
          {']', Action::wider_column, "the column sorted by narrower or wider"},
          {'i', Action::stats, "statistics"},
          {'o', Action::settings, ""},
          {function_key(8), Action::settings, "settings"},
          {'I', Action::calls_only, "only calls (INVITE), or everything"},
          {function_key(5), Action::clear, "clear the list: only what comes from now on"},
          {function_key(9), Action::clear_hidden, "clear what the filter hides"},
          {'p', Action::pause, "pause reading or capturing, and go on"},
          {'P', Action::end_reading, "end reading: what was read is kept and judged"},
          {'A', Action::autoscroll, "follow the newest call, or not"},
          {'a', Action::aliases, "names of hosts, or their addresses"},
          {'Y', Action::copy, "copy the Call-ID (OSC 52)"},
          {'X', Action::copy_command, "copy the command line that prints this list"},
          {'?', Action::help, ""},
          {function_key(1), Action::help, "this help", "help"},
          {'q', Action::back, "", "quit"},
          {kKeyEscape, Action::back, "end the program; Esc ends a search or filter first"},
      });
  return kKeys;
}

}  // namespace sipladder
