// Writes the files of a capture service: a single file, or a ring of files.
//
// A file is made when its first packet comes. A new file begins by size, by the time of packets, or
// on request. A file can be opened at any moment (capture_writer.h), and flush() or close() write
// what is still buffered. Beyond `keep` files, the oldest are deleted with their index, those of
// earlier runs, too.
//
// Errors: a file that cannot be written is closed behind its last whole packet. For kRetryNs all
// packets are lost (and counted), then a new file is tried. trouble() has the sentence. Threads:
// one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "capture/capture_writer.h"
#include "probe/ring_names.h"

namespace sipladder {

struct RingOptions {
  std::string out;            // the option -w; "-": standard output
  uint64_t rotate_bytes = 0;  // 0: not by size
  int64_t rotate_ns = 0;      // 0: not by time
  uint64_t keep = 0;          // files; 0: all
  bool rotates() const { return rotate_bytes > 0 || rotate_ns > 0 || keep > 0; }
};

class RingWriter {
 public:
  static constexpr int64_t kRetryNs = 5'000'000'000;
  // Gets the path of each finished file of a ring.
  using Finished = std::function<void(const std::string& path)>;

  RingWriter(RingOptions options, Finished finished);

  // Makes the folder when there is none; to be called before root is given up. Empty, or a sentence
  // that says what is wrong.
  std::string make_folder() const;
  // Empty, or a sentence that says why files cannot be made there.
  std::string open();
  // `monotonic_ns` is the clock of retries, here and in flush().
  void add(const Packet& packet, std::string_view interface_name, int64_t monotonic_ns);
  void flush(int64_t monotonic_ns);
  // Ends the file; the next packet begins another one.
  void rotate();
  // Whether the file is as old as RingOptions::rotate_ns. `now_ns`: since the epoch, as packets
  // have it.
  bool is_old(int64_t now_ns) const;
  // Ends the file. A single file is made even if no packet came. `dropped`: packets that the kernel
  // dropped, for pcapng.
  void close(uint64_t dropped);

  bool is_ring() const { return !place_.is_single && options_.out != "-"; }
  uint64_t packets() const { return packets_ + (writer_ ? writer_->packets() : 0); }
  uint64_t bytes() const { return bytes_ + (writer_ ? writer_->bytes() : 0); }
  uint64_t files() const { return files_; }
  uint64_t deleted() const { return deleted_; }
  uint64_t lost() const { return lost_; }  // packets
  uint64_t failures() const { return failures_; }
  bool is_failing() const { return failing_; }
  const std::string& trouble() const { return trouble_; }  // the last one
  const std::string& path() const { return path_; }        // of the file that is open, or was

 private:
  bool begin(int64_t first_ns);
  void end(uint64_t dropped);
  void fail(const std::string& reason, int64_t monotonic_ns);
  void delete_oldest();
  std::string next_path(int64_t first_ns);

  RingOptions options_;
  Finished finished_;
  RingPlace place_;
  std::unique_ptr<CaptureWriter> writer_;  // null between two files
  std::string path_;
  std::string trouble_;
  int64_t first_ns_ = 0;
  int64_t retry_ns_ = 0;  // monotonic
  uint64_t number_ = 0;
  uint64_t packets_ = 0, bytes_ = 0, files_ = 0, deleted_ = 0, lost_ = 0, failures_ = 0;
  bool single_written_ = false;
  bool is_made_ = false;  // the file at path_, by us
  bool failing_ = false;
};

}  // namespace sipladder
