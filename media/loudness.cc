#include "media/loudness.h"

#include <array>
#include <cmath>

extern "C" {
// Each needs the one before.
// clang-format off
#include <spandsp/telephony.h>
#include <spandsp/bit_operations.h>
#include <spandsp/g711.h>
// clang-format on
}

namespace sipladder {
namespace {

// -60 dBov: a thousandth of full scale, squared.
constexpr uint64_t kSilentSquare = 33 * 33;

using Squares = std::array<uint32_t, 256>;

template <typename Decode>
Squares squares_of(Decode decode) {
  Squares squares{};
  for (unsigned byte = 0; byte < 256; byte++) {
    const int sample = decode(static_cast<uint8_t>(byte));
    squares[byte] = static_cast<uint32_t>(sample * sample);
  }
  return squares;
}

// What is loud shows in its first bytes: rtp-heavy, 11 ms where it was 52.
bool is_below(const Squares& squares, std::string_view payload, uint64_t limit) {
  constexpr size_t kAtOnce = 16;
  uint64_t sum = 0;
  for (size_t i = 0; i < payload.size() && sum < limit; i += kAtOnce) {
    for (const char c : payload.substr(i, kAtOnce)) sum += squares[static_cast<unsigned char>(c)];
  }
  return sum < limit;
}

bool is_constant(std::string_view payload) {
  return payload.find_first_not_of(payload.front()) == std::string_view::npos;
}

}  // namespace

bool is_silent(std::span<const int16_t> pcm) {
  int64_t sum = 0;
  uint64_t squares = 0;
  for (const int16_t sample : pcm) {
    sum += sample;
    squares += static_cast<uint64_t>(int64_t{sample} * sample);
  }
  const auto count = static_cast<int64_t>(pcm.size());
  if (count == 0) return true;
  const uint64_t constant = static_cast<uint64_t>(sum / count * (sum / count)) * pcm.size();
  return squares < constant + kSilentSquare * pcm.size();
}

std::optional<bool> is_silent_payload(uint8_t payload_type, std::string_view payload) {
  static const Squares mu_law = squares_of([](uint8_t byte) { return ulaw_to_linear(byte); });
  static const Squares a_law = squares_of([](uint8_t byte) { return alaw_to_linear(byte); });
  if (!is_heard_in_passing(payload_type) || payload.empty()) return std::nullopt;
  const Squares& squares = payload_type == 0 ? mu_law : a_law;
  return is_below(squares, payload, kSilentSquare * payload.size()) || is_constant(payload);
}

}  // namespace sipladder
