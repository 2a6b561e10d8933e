// A folder of temporary captures, 1.db, 2.db and so on, that goes with the process: with the object
// that made it, or when a signal ends the program before. kill -9 leaves it.
//
// Bounds: kMostFetchedProbes files. Threads: one; remove_at_once() is safe in a signal handler.
#pragma once

#include <string>

namespace sipladder {

// Only one object may exist at a time.
class FetchedFolder {
 public:
  FetchedFolder() = default;
  ~FetchedFolder();
  FetchedFolder(const FetchedFolder&) = delete;
  FetchedFolder& operator=(const FetchedFolder&) = delete;

  // Below $TMPDIR, else /tmp. Empty, or a sentence that says what is wrong.
  std::string make();
  const std::string& path() const { return path_; }

  // Does nothing where there is no folder.
  static void remove_at_once();

 private:
  std::string path_;
};

}  // namespace sipladder
