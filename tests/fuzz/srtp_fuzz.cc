// Keys of SRTP in SDP, packets that are opened with them, and rollover counters that are followed.
// The first byte of the input says which.
#include "correlate/session/srtp_media.h"
#include "decode/srtp/cipher.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/targets.h"
#include "tests/support/flow_srtp.h"
#include "tests/support/packet_builder.h"

namespace sipladder::fuzz {
namespace {

using namespace build;

constexpr std::string_view kSuites[] = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32",
                                        "AES_256_CM_HMAC_SHA1_80", "AEAD_AES_128_GCM",
                                        "AEAD_AES_256_GCM",        "NULL_HMAC_SHA1_80"};

std::string base64_key(std::string_view suite) {
  const SrtpSuite& known = *find_srtp_suite(suite);
  const size_t bytes = size_t{known.key_bytes} + known.salt_bytes;
  return std::string((bytes * 8 + 5) / 6, 'A');
}

std::unique_ptr<SrtpCipher> cipher_of(std::string_view suite) {
  const auto keys = srtp_keys_of("1 " + std::string(suite) + " inline:" + base64_key(suite));
  return keys.empty() ? nullptr : SrtpCipher::of(keys.front());
}

std::string lines(std::string_view input) {
  for (const SrtpKey& key : srtp_keys_of(input)) {
    const size_t due = size_t{key.suite->key_bytes} + key.suite->salt_bytes;
    if (key.key.bytes().size() != due || key.mki.size() > kMaxMki)
      return "a key is not as long as its suite says";
    if (SrtpCipher::of(key) == nullptr) return "a key is good for nothing";
  }
  return {};
}

// Packets of any bytes, whose authentication tags are not right.
std::string any_packet(std::string_view input) {
  if (input.empty()) return {};
  const std::string_view suite = kSuites[static_cast<uint8_t>(input[0]) % std::size(kSuites)];
  const auto cipher = cipher_of(suite);
  std::string plain;
  if (cipher == nullptr) return "no cipher";
  const bool opened =
      cipher->open(input.substr(1), 0, &plain) || cipher->open_rtcp(input.substr(1), &plain);
  return opened ? "a packet is opened that nobody encrypted" : "";
}

std::string there_and_back(std::string_view input) {
  if (input.size() < 2) return {};
  const std::string_view suite = kSuites[static_cast<uint8_t>(input[0]) % std::size(kSuites)];
  const auto rollover = static_cast<uint32_t>(static_cast<uint8_t>(input[1]));
  const std::string packet =
      number32(0x80000001) + number32(160) + number32(7) + std::string(input.substr(2));
  const auto cipher = cipher_of(suite);
  std::string plain;
  const bool opened =
      cipher != nullptr &&
      cipher->open(protect_rtp(suite, base64_key(suite), "", packet, rollover), rollover, &plain);
  return opened && plain == packet ? "" : "what was encrypted does not come back";
}

// Packets that come late, and others that are lost, as far as RFC 3711 3.3.1 says that they may.
std::string counters(std::string_view input) {
  SrtpReading::Counter counter;
  Choices choices(input);
  uint64_t newest = 0;  // counter and number
  while (choices.any()) {
    const uint64_t step = choices.below(256) * choices.below(128);
    const bool late = choices.below(3) == 0;
    const uint64_t place = late ? newest - std::min(newest, step) : newest + step;
    newest = std::max(newest, place);
    const auto number = static_cast<uint16_t>(place);
    const auto rollover = static_cast<uint32_t>(place >> 16);
    if (!counter.started && rollover != 0) return {};
    if (counter.started && counter.guess(number) != rollover)
      return "the rollover counter is not followed";
    counter.take(number, rollover);
  }
  return {};
}

}  // namespace

std::string srtp(std::string_view input) {
  if (input.empty()) return {};
  const char kind = input.front();
  input.remove_prefix(1);
  if (kind == 'k') return lines(input);
  if (kind == 'p') return any_packet(input);
  if (kind == 'r') return there_and_back(input);
  return counters(input);
}

}  // namespace sipladder::fuzz
