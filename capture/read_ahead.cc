#include "capture/read_ahead.h"

namespace sipladder {

ReadAhead::ReadAhead(ByteReader& reader) : reader_(reader) {
  {
    const MutexLock lock(mutex_);
    for (size_t i = 0; i < kBlocks; i++) {
      free_.push_back(std::make_unique_for_overwrite<uint8_t[]>(kBuffer));
    }
  }
  thread_ = std::thread([this] { run(); });
}

ReadAhead::~ReadAhead() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.tell();
  thread_.join();
}

ReadAhead::Block ReadAhead::next() {
  const MutexLock lock(mutex_);
  while (filled_.empty()) changed_.wait(mutex_);
  Block block = std::move(filled_.front());
  if (block.size != 0) {
    filled_.pop_front();
  } else {
    block.buffer.reset();  // the end stays in the queue: it may be asked for again
  }
  return block;
}

void ReadAhead::give_back(Buffer buffer) {
  {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(buffer));
  }
  changed_.tell();
}

ReadAhead::Block ReadAhead::fill(Buffer buffer) {
  Block block{std::move(buffer)};
  do {
    block.result = reader_.read(block.buffer.get() + kHeadroom, kBlock);
  } while (block.result == kReadIdle);  // a file is idle only when a signal interrupts read()
  if (block.result > 0) block.size = static_cast<size_t>(block.result);
  return block;
}

ReadAhead::Buffer ReadAhead::free_buffer() {
  const MutexLock lock(mutex_);
  while (!stop_ && free_.empty()) changed_.wait(mutex_);
  if (stop_) return nullptr;
  Buffer buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

void ReadAhead::run() {
  while (Buffer buffer = free_buffer()) {
    Block block = fill(std::move(buffer));
    const bool more = block.size != 0;
    {
      const MutexLock lock(mutex_);
      filled_.push_back(std::move(block));
    }
    changed_.tell();
    if (!more) return;
  }
}

}  // namespace sipladder
