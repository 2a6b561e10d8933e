// The names of the files that a capture service writes: PREFIX-YYYYMMDD-HHMMSS-NUMBER.ENDING, by
// the time of the first packet (UTC) and a number that goes on over restarts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipladder {

struct RingPlace {
  std::string folder;  // with a '/' at its end, or empty
  std::string prefix = "sipladder";
  std::string ending = "pcapng";  // or pcap
  bool is_single = false;         // OUT is the only file
  bool is_folder = false;         // OUT is a folder

  std::string single() const { return folder + prefix + "." + ending; }  // if is_single
  std::string file(int64_t first_ns, uint64_t number) const;
};

// What the option OUT means: a folder, which need not exist yet, or the name of a file (.pcap,
// .pcapng). With `rotates`, such a name is the beginning of the names of all files.
RingPlace place_of(const std::string& out, bool rotates);

// A file of a place that exists. ring_files() gives all of them, by number.
struct RingFile {
  uint64_t number = 0;
  std::string path;
};
std::vector<RingFile> ring_files(const RingPlace& place);

}  // namespace sipladder
