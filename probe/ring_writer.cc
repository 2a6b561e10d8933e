#include "probe/ring_writer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "capture/privileges.h"
#include "probe/ring_index.h"

namespace sipladder {

RingWriter::RingWriter(RingOptions options, Finished finished)
    : options_(std::move(options)), place_(place_of(options_.out, options_.rotates())) {
  if (is_ring()) finished_ = std::move(finished);
}

std::string RingWriter::make_folder() const {
  if (options_.out == "-" || !place_.is_folder) return {};
  std::error_code code;
  const bool made = std::filesystem::create_directories(place_.folder, code);
  if (code) return place_.folder + ": the folder cannot be made: " + code.message();
  if (made) give_away(place_.folder);
  return {};
}

std::string RingWriter::open() {
  if (options_.out == "-") return {};
  const std::string folder = place_.folder.empty() ? "./" : place_.folder;
  const std::string tried =
      place_.is_single && access(place_.single().c_str(), F_OK) == 0 ? place_.single() : folder;
  if (access(tried.c_str(), W_OK) != 0 && errno == EACCES)
    return tried + ": user " + std::to_string(geteuid()) +
           " may not write there: chown it, or name another place";
  if (access(tried.c_str(), W_OK) != 0) return tried + ": " + std::strerror(errno);
  for (const RingFile& file : ring_files(place_)) number_ = file.number;
  return {};
}

std::string RingWriter::next_path(int64_t first_ns) {
  if (options_.out == "-") return "/dev/stdout";
  if (place_.is_single) {
    // When a new file is requested, the old one has normally been moved away. If it has not, it is
    // not overwritten: the new one gets another name.
    std::error_code code;
    const bool again = single_written_ && std::filesystem::exists(place_.single(), code);
    single_written_ = true;
    if (!again) return place_.single();
  }
  return place_.file(first_ns, ++number_);
}

bool RingWriter::begin(int64_t first_ns) {
  path_ = next_path(first_ns);
  first_ns_ = first_ns;
  const bool pcap = place_.ending == "pcap" && options_.out != "-";
  writer_ =
      std::make_unique<CaptureWriter>(pcap ? CaptureFormat::pcap : CaptureFormat::pcapng, true);
  is_made_ = writer_->open(path_).empty();
  if (!is_made_) return false;
  files_++;
  if (options_.keep > 0) delete_oldest();
  return true;
}

// The file that is being written counts among those that are kept.
void RingWriter::delete_oldest() {
  const std::vector<RingFile> files = ring_files(place_);
  for (size_t i = 0; i + options_.keep < files.size(); i++) {
    if (unlink(files[i].path.c_str()) == 0) deleted_++;
    unlink(index_path(files[i].path).c_str());
  }
}

void RingWriter::add(const Packet& packet, std::string_view interface_name, int64_t monotonic_ns) {
  if (writer_ && (is_old(packet.time_ns) ||
                  (options_.rotate_bytes > 0 && writer_->bytes() >= options_.rotate_bytes)))
    end(0);
  if (!writer_ && monotonic_ns < retry_ns_) {
    lost_++;
    return;
  }
  if (!writer_ && !begin(packet.time_ns)) {
    lost_++;
    return fail(writer_->close(), monotonic_ns);
  }
  const uint64_t before = writer_->packets();
  if (writer_->add(packet, interface_name, {})) return;
  if (writer_->packets() == before) lost_++;
  fail(writer_->close(), monotonic_ns);
}

bool RingWriter::is_old(int64_t now_ns) const {
  return writer_ && options_.rotate_ns > 0 && now_ns - first_ns_ >= options_.rotate_ns;
}

void RingWriter::flush(int64_t monotonic_ns) {
  if (!writer_) return;
  if (writer_->flush()) {
    failing_ = false;
  } else {
    fail(writer_->close(), monotonic_ns);
  }
}

void RingWriter::fail(const std::string& reason, int64_t monotonic_ns) {
  trouble_ = path_ + ": " + reason;
  failing_ = true;
  failures_++;
  retry_ns_ = monotonic_ns + kRetryNs;
  lost_ += writer_->unwritten_packets();
  packets_ += writer_->packets() - writer_->unwritten_packets();
  bytes_ += writer_->written();
  std::error_code code;
  const bool empty =
      is_made_ && writer_->written() == 0 &&
      std::filesystem::symlink_status(path_, code).type() == std::filesystem::file_type::regular;
  const bool has_packets = writer_->written() > 0;
  writer_ = nullptr;
  if (empty) unlink(path_.c_str());
  if (has_packets && finished_) finished_(path_);
}

void RingWriter::end(uint64_t dropped) {
  const std::string wrong = writer_->close(dropped);
  if (!wrong.empty()) return fail(wrong, 0);
  packets_ += writer_->packets();
  bytes_ += writer_->bytes();
  writer_ = nullptr;
  if (finished_) finished_(path_);
}

void RingWriter::rotate() {
  if (writer_) end(0);
}

void RingWriter::close(uint64_t dropped) {
  if (!writer_ && files_ == 0 && failures_ == 0 && place_.is_single && !begin(0))
    fail(writer_->close(), 0);
  if (writer_) end(dropped);
}

}  // namespace sipladder
