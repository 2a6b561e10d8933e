// The names of the files that a capture service writes: PREFIX-YYYYMMDD-HHMMSS-NUMBER.ENDING, by
// the time of the first packet (UTC) and a number that goes on over restarts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipladder {

struct RingPlace {
  std::string folder;  // with its '/', or empty
  std::string prefix = "sipladder";
  std::string ending = "pcapng";  // or pcap
  bool is_single = false;         // OUT is the one file
  bool is_folder = false;         // OUT is a folder

  std::string single() const { return folder + prefix + "." + ending; }
  std::string file(int64_t first_ns, uint64_t number) const;
};

// What OUT means: a folder (also one that is not there yet), or a file name (.pcap, .pcapng), which
// with `rotates` is the beginning of names.
RingPlace place_of(const std::string& out, bool rotates);

// The files of a place that are there, by number.
struct RingFile {
  uint64_t number = 0;
  std::string path;
};
std::vector<RingFile> ring_files(const RingPlace& place);

}  // namespace sipladder
