// Bounded decompression of what messages carry. zlib stays out of the other headers. Threads: any,
// for different objects.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sipladder {

// Unpacks a whole zlib or gzip stream. False when it is broken or unpacks to more than `limit`
// bytes; *out then holds what came before.
bool inflate_whole(std::string_view packed, size_t limit, std::string* out);

// Unpacks the messages of one direction of a WebSocket, one by one and in order (RFC 7692 section
// 7.2.2). The window is kept between them. False when a message is broken or longer than `limit`;
// every later message then fails too.
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
