#include "capture/read_ahead.h"

namespace sipladder {

ReadAhead::ReadAhead(ByteReader& reader) : reader_(reader) {
  for (size_t i = 0; i < kBlocks; i++) {
    free_.push_back(std::make_unique_for_overwrite<uint8_t[]>(kBuffer));
  }
  thread_ = std::thread([this] { run(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

ReadAhead::Block ReadAhead::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !filled_.empty(); });
  Block block = std::move(filled_.front());
  if (block.size != 0) {
    filled_.pop_front();
  } else {
    block.buffer.reset();  // the end stays: it is asked for again
  }
  return block;
}

void ReadAhead::give_back(Buffer buffer) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(buffer));
  }
  changed_.notify_all();
}

ReadAhead::Block ReadAhead::fill(Buffer buffer) {
  Block block{std::move(buffer)};
  do {
    block.result = reader_.read(block.buffer.get() + kHeadroom, kBlock);
  } while (block.result == kReadIdle);  // interrupted: a file has no other reason
  if (block.result > 0) block.size = static_cast<size_t>(block.result);
  return block;
}

void ReadAhead::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !free_.empty(); });
    if (stop_) return;
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    lock.unlock();
    Block block = fill(std::move(buffer));
    const bool more = block.size != 0;
    lock.lock();
    filled_.push_back(std::move(block));
    changed_.notify_all();
    if (!more) return;
  }
}

}  // namespace sipladder
