// Bytes between two memory pages that cannot be read: the first byte read outside of an input ends
// the test. This also works in a build without sanitizers, and for an input inside of a larger
// buffer, where a sanitizer sees nothing.
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

  // A copy of `bytes` (at most kCapacity) that begins or ends where the readable memory does. Valid
  // until the next call. When something reads outside of it, `name` and the size are printed.
  std::string_view place(std::string_view bytes, Edge edge, std::string_view name);

 private:
  size_t page_;
  char* memory_;
};

}  // namespace sipladder
