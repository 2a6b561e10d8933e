// Notes that the user has written about calls and messages. They are kept by Call-ID, and by frame
// for a message, because ids change from run to run.
//
// Bounds: kMostNotes notes of at most kMostNoteBytes each; a longer text is cut. Threads: as Model.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sipladder {

class Notes {
 public:
  static constexpr size_t kMostNotes = 100'000;
  static constexpr size_t kMostNoteBytes = 4096;

  bool empty() const { return notes_.empty(); }
  // `key`: the Call-ID of a call, or the message_key() of a message.
  // Its note; empty when there is none. Valid until that note is set again.
  std::string_view of(std::string_view key) const;
  // An empty text removes the note. False when there are too many notes to add one.
  bool set(std::string_view key, std::string_view text);
  // Of a message of the call. `source`: the place of its capture among those that are read.
  static std::string message_key(std::string_view call_id, uint32_t frame, uint16_t source);

  // The text of a notes file: a line "KEY<TAB>text" for each note, sorted by key. '%' and control
  // characters are written as %XX.
  std::string to_text() const;
  // Takes in the text of such a file. A line without a key or a tab is left out.
  void take(std::string_view text);

 private:
  std::map<std::string, std::string, std::less<>> notes_;
};

// Path of the file in which the notes of a capture are kept: beside it, with ".notes" at the end.
std::string notes_path(const std::string& capture);

}  // namespace sipladder
