// Bounded decompression (zlib) of what messages carry; zlib stays out of the other headers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sipladder {

// A whole zlib or gzip stream. False when it is broken or unpacks to more than `limit` bytes; *out
// then holds what came before.
bool inflate_whole(std::string_view packed, size_t limit, std::string* out);

// Messages one by one, each ended by a flush as RFC 7692 section 7.2.2 says; the window is kept
// between them. After a failure it stays failed.
class MessageInflater {
 public:
  MessageInflater();
  ~MessageInflater();
  MessageInflater(MessageInflater&&) noexcept;
  MessageInflater& operator=(MessageInflater&&) noexcept;

  bool inflate(std::string_view packed, size_t limit, std::string* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
