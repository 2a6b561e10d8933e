// Bytes between two pages that nobody may read: the first byte read beyond an input ends the test,
// in a build without sanitizers too, and within buffers that a sanitizer takes for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipladder {

enum class Edge : uint8_t { begin, end };

class GuardedBytes {
 public:
  static constexpr size_t kCapacity = 1 << 16;

  GuardedBytes();
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  // A copy of at most kCapacity bytes that begins or ends where the readable memory does; lives
  // until the next call. When somebody reads beyond, `name` and the size are what is printed.
  std::string_view place(std::string_view bytes, Edge edge, std::string_view name);

 private:
  size_t page_;
  char* memory_;
};

}  // namespace sipladder
