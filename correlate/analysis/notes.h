// What the user has written about calls, by their Call-ID: it outlives the ids of a run.
//
// Bounds: kMostNotes of at most kMostNoteBytes. Threads: as Model.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sipladder {

class Notes {
 public:
  static constexpr size_t kMostNotes = 100'000;
  static constexpr size_t kMostNoteBytes = 4096;

  bool empty() const { return notes_.empty(); }
  // Empty when there is none.
  std::string_view of(std::string_view call_id) const;
  // An empty text forgets it. False when there are too many.
  bool set(std::string_view call_id, std::string_view text);

  // As a file: a line for each, "Call-ID<TAB>text", sorted; what would break it is written as %XX.
  std::string to_text() const;
  // Takes in such a file; a line that makes no sense is left out.
  void take(std::string_view text);

 private:
  std::map<std::string, std::string, std::less<>> notes_;
};

// Where the notes of a capture are kept.
std::string notes_path(const std::string& capture);

}  // namespace sipladder
