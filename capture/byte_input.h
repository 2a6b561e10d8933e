// The bytes of one capture, in order, through a sliding window. What they come from (a file, packed
// or not, or a pipe) is the reader's business.
//
// Lifetime: data() is valid until the next need() or consume(). Threads: one; a long file is read
// ahead on a thread of its own (read_ahead.h), which nobody sees outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/byte_reader.h"
#include "capture/packet.h"
#include "capture/read_ahead.h"

namespace sipladder {

class ByteInput {
 public:
  enum class State { ready, idle, end, damaged };

  // `store`: number of the file in PacketLog that has these very bytes, or kNotStored.
  ByteInput(std::unique_ptr<ByteReader> reader, uint16_t store);

  // Makes at least `size` bytes available at data(). The window grows with `size`: the caller
  // bounds it. Any other result than `ready` leaves fewer bytes there.
  State need(size_t size) { return available() >= size ? State::ready : fetch(size); }
  const uint8_t* data() const { return window_.get() + begin_; }
  size_t available() const { return end_ - begin_; }
  void consume(size_t size) {
    begin_ += size;
    offset_ += size;
  }
  uint64_t offset() const { return offset_; }  // of data() in the bytes of the capture
  PacketRef ref(size_t at, size_t length) const {
    return {offset_ + at, static_cast<uint32_t>(length), store_};
  }
  bool is_stored() const { return store_ != kNotStored; }
  const char* fault() const { return fault_; }  // why need() said damaged
  std::vector<int> waits_for() const {          // after need() said idle
    return ahead_ ? std::vector<int>{} : reader_->waits_for();
  }
  // Bytes of the input that were used, counted before unpacking.
  uint64_t consumed() const { return ahead_ ? offset_ : reader_->consumed(); }

 private:
  State fetch(size_t size);
  int64_t read_more(size_t size);
  int64_t take_block(size_t size);
  void grow(size_t size);
  void make_room(size_t size);

  std::unique_ptr<ByteReader> reader_;
  std::unique_ptr<ReadAhead> ahead_;  // uses reader_: declared behind it, so that it goes first
  std::unique_ptr<uint8_t[]> window_;
  size_t capacity_ = 0;
  const char* fault_ = "";
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
  uint16_t store_ = 0;
};

}  // namespace sipladder
