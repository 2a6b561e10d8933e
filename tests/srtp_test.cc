// SRTP and SRTCP opened with their keys. The packets were made by libsrtp2 2.5.0, from one master
// key (bytes 3, 10, 17, ...), rollover counter 258 without MKI and 0 with it, SRTCP index 1. (With
// keys of 192 bits libsrtp2 derives otherwise than RFC 6188 4.1 says: these are not here.)
#include <gtest/gtest.h>

#include <string>

#include "decode/srtp/cipher.h"
#include "decode/tls/names.h"
#include "tests/support/flow_srtp.h"

namespace sipladder::srtp_test {
namespace {

struct Vector {
  std::string_view suite;
  bool mki;
  std::string_view rtp;
  std::string_view rtcp;
};
constexpr Vector kVectors[] = {
    {"AES_CM_128_HMAC_SHA1_80", false,
     "9180fff000000102cafebabe01020304bede0001100900003d76005f5406107533000d12b35f4d2f7e1e08e72826d"
     "df5dadc2c7a5bb0",
     "80c80006cafebabe36495c798975b3cfec54b2fcf57e5aa2423257d1800000015794a0fb218e41651311"},
    {"AES_CM_128_HMAC_SHA1_80", true,
     "9180fff000000102cafebabe01020304bede0001100900004b88928d16b18d94391111c941e382915b711a9400000"
     "007c84d1df074fb65f5dd5e",
     "80c80006cafebabe36495c798975b3cfec54b2fcf57e5aa2423257d180000001000000075794a0fb218e4165131"
     "1"},
    {"AES_CM_128_HMAC_SHA1_32", false,
     "9180fff000000102cafebabe01020304bede0001100900003d76005f5406107533000d12b35f4d2f7e1e08e72826d"
     "df5",
     "80c80006cafebabe36495c798975b3cfec54b2fcf57e5aa2423257d1800000015794a0fb218e41651311"},
    {"AES_CM_128_HMAC_SHA1_32", true,
     "9180fff000000102cafebabe01020304bede0001100900004b88928d16b18d94391111c941e382915b711a9400000"
     "007c84d1df0",
     "80c80006cafebabe36495c798975b3cfec54b2fcf57e5aa2423257d180000001000000075794a0fb218e4165131"
     "1"},
    {"AES_256_CM_HMAC_SHA1_80", false,
     "9180fff000000102cafebabe01020304bede00011009000079c135c0bdb04a54b01ab5d4973dea0d8b503efea949b"
     "9f281597a996b9d",
     "80c80006cafebabe6ed933ba84a4f2cce678e47edc8a4a5780ae88958000000178484205c27693ba707c"},
    {"AES_256_CM_HMAC_SHA1_80", true,
     "9180fff000000102cafebabe01020304bede000110090000175241f04a67ecc7de49282f1002a843d97fbf0600000"
     "00708417ecb8f1eaf83d256",
     "80c80006cafebabe6ed933ba84a4f2cce678e47edc8a4a5780ae8895800000010000000778484205c27693ba707"
     "c"},
    {"AES_256_CM_HMAC_SHA1_32", false,
     "9180fff000000102cafebabe01020304bede00011009000079c135c0bdb04a54b01ab5d4973dea0d8b503efea949b"
     "9f2",
     "80c80006cafebabe6ed933ba84a4f2cce678e47edc8a4a5780ae88958000000178484205c27693ba707c"},
    {"AES_256_CM_HMAC_SHA1_32", true,
     "9180fff000000102cafebabe01020304bede000110090000175241f04a67ecc7de49282f1002a843d97fbf0600000"
     "00708417ecb",
     "80c80006cafebabe6ed933ba84a4f2cce678e47edc8a4a5780ae8895800000010000000778484205c27693ba707"
     "c"},
    {"AEAD_AES_128_GCM", false,
     "9180fff000000102cafebabe01020304bede000110090000dadbc5ac09f496e285f792cf4fc3016d82967ae8efd0e"
     "fe0360cb3b8d74477e6baed547d",
     "80c80006cafebabee47a8650785310d5ff1ba04bf31affeb5d7b4b9664b95eded47f196829a47a63e9cfbb7780000"
     "001"},
    {"AEAD_AES_128_GCM", true,
     "9180fff000000102cafebabe01020304bede000110090000a0f963018a4c5e7ab01f0e928f4972fe996ccd81360b0"
     "174772e537925e3ae1631f4995200000007",
     "80c80006cafebabee47a8650785310d5ff1ba04bf31affeb5d7b4b9664b95eded47f196829a47a63e9cfbb7780000"
     "00100000007"},
    {"AEAD_AES_256_GCM", false,
     "9180fff000000102cafebabe01020304bede000110090000a51345bb4e86a657d8c77d47ddbdee6af746b7c1a2c8b"
     "ec467af16a5ab61f7eca32b9565",
     "80c80006cafebabe0572412114cf2e875443a5d0be75e358bdb6b4547a4860bde72a2534b83608b8d80a4d1880000"
     "001"},
    {"AEAD_AES_256_GCM", true,
     "9180fff000000102cafebabe01020304bede00011009000058c4086edbeead1ccbdb9e11412ee6bb2a5ffde2348b7"
     "f109ae50061cc02826605ea0cae00000007",
     "80c80006cafebabe0572412114cf2e875443a5d0be75e358bdb6b4547a4860bde72a2534b83608b8d80a4d1880000"
     "00100000007"},
    {"NULL_HMAC_SHA1_80", false,
     "9180fff000000102cafebabe01020304bede000110090000000b16212c37424d58636e79848f9aa5b0bbc6d1dba73"
     "3e722bb81bcd5a1",
     "80c80006cafebabe0102030405060708090a0b0c000000050000000900000001966b3f8e27e2d04dc892"},
    {"NULL_HMAC_SHA1_80", true,
     "9180fff000000102cafebabe01020304bede000110090000000b16212c37424d58636e79848f9aa5b0bbc6d100000"
     "007195b5713108f7bd307c5",
     "80c80006cafebabe0102030405060708090a0b0c00000005000000090000000100000007966b3f8e27e2d04dc89"
     "2"},
};
constexpr std::string_view kRtp =
    "9180fff000000102cafebabe01020304bede000110090000000b16212c37424d58636e79848f9aa5b0bbc6d1";
constexpr std::string_view kRtcp = "80c80006cafebabe0102030405060708090a0b0c0000000500000009";

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

SrtpKey key_of(const Vector& vector) {
  SrtpKey key;
  key.suite = find_srtp_suite(vector.suite);
  std::string bytes;
  for (int i = 0; i < key.suite->key_bytes + key.suite->salt_bytes; i++)
    bytes += static_cast<char>(i * 7 + 3);
  key.key = Secret(bytes);
  if (vector.mki) key.mki = std::string("\0\0\0\7", 4);
  return key;
}

TEST(Srtp, OpensWhatLibsrtpMakes) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(std::string(vector.suite) + (vector.mki ? " with MKI" : ""));
    const auto cipher = SrtpCipher::of(key_of(vector));
    ASSERT_NE(cipher, nullptr);
    std::string plain;
    const uint32_t rollover = vector.mki ? 0 : 258;
    ASSERT_TRUE(cipher->open(from_hex(vector.rtp), rollover, &plain));
    EXPECT_EQ(plain, from_hex(kRtp));
    ASSERT_TRUE(cipher->open_rtcp(from_hex(vector.rtcp), &plain));
    EXPECT_EQ(plain, from_hex(kRtcp));
  }
}

TEST(Srtp, OpensNothingElse) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(std::string(vector.suite) + (vector.mki ? " with MKI" : ""));
    const auto cipher = SrtpCipher::of(key_of(vector));
    const uint32_t rollover = vector.mki ? 0 : 258;
    std::string plain;
    EXPECT_FALSE(cipher->open(from_hex(vector.rtp), rollover + 1, &plain)) << "another counter";
    SrtpKey other = key_of(vector);
    other.key = Secret(std::string(other.key.bytes().size(), 'x'));
    EXPECT_FALSE(SrtpCipher::of(other)->open(from_hex(vector.rtp), rollover, &plain));
    for (const bool rtcp : {false, true}) {
      const std::string packet = from_hex(rtcp ? vector.rtcp : vector.rtp);
      const auto opens = [&](const std::string& bytes) {
        return rtcp ? cipher->open_rtcp(bytes, &plain) : cipher->open(bytes, rollover, &plain);
      };
      for (size_t size = 0; size < packet.size(); size++)
        EXPECT_FALSE(opens(packet.substr(0, size))) << size;
      for (size_t at = 0; at < packet.size(); at++) {
        std::string changed = packet;
        changed[at] = static_cast<char>(changed[at] ^ 0x40);
        EXPECT_FALSE(opens(changed)) << at;
      }
    }
  }
}

// The pages of tests/golden encrypt by a code of their own.
TEST(Srtp, FlowsAreEncryptedAsLibsrtpDoes) {
  const std::string packet = from_hex("8000fff000000102cafebabe").append(160, 'v');
  for (const std::string_view suite : {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}) {
    const std::string key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    const auto keys = srtp_keys_of("1 " + std::string(suite) + " inline:" + key);
    ASSERT_EQ(keys.size(), 1U);
    std::string plain;
    ASSERT_TRUE(
        SrtpCipher::of(keys[0])->open(build::protect_rtp(suite, key, "", packet, 7), 7, &plain));
    EXPECT_EQ(plain, packet);
  }
}

// From handshakes of NSS 3.87 over DTLS 1.3: its exporter secrets, and what it exported.
TEST(Srtp, KeysOfDtls13) {
  struct Exported {
    uint16_t suite;
    std::string_view secret, keys;
  };
  const Exported all[] = {
      {0x1301, "86db5983c0e0436281b75f231842ee1323bcb9cd392e7fe918e13cc8f8162b95",
       "60ec0ce6b17f67d0d9ea4f1ce10add68d0aef210158ef2aacf555ae979590e37a32cb9c10a9fa37a1e6c87b94a"
       "8880096559af523a5db7036f8e0431"},
      {0x1302,
       "8b6513dfef63070c3a1a25466a123b1feb67b5ccf3285066f1d473c71a533f935f03fb584362e86217f52dd08d"
       "17880b",
       "85f946a74ea1376b5abad1d1c166dff2ac799bb65f7292b1a8022b48bd84cc197e7a7bbbeadb6d15d6abd9fcb4"
       "3c392e5c02e9ee245edacf5ca8afea"},
  };
  const std::string random(32, 'r');
  for (const Exported& one : all) {
    KeyLog keys;
    keys.add(SecretKind::exporter, random, from_hex(one.secret));
    const auto pairs = srtp_keys_of({kDtls13, one.suite, 0, random, {}}, keys);
    ASSERT_EQ(pairs.size(), 4U);  // which profile was chosen cannot be seen
    const std::string exported = from_hex(one.keys);
    EXPECT_EQ(pairs[0].client.key.bytes(), exported.substr(0, 16) + exported.substr(32, 14));
    EXPECT_EQ(pairs[0].server.key.bytes(), exported.substr(16, 16) + exported.substr(46, 14));
    EXPECT_EQ(srtp_keys_of({kDtls13, one.suite, 7, random, {}}, keys).size(), 1U);
    EXPECT_TRUE(srtp_keys_of({kDtls12, one.suite, 1, random, random}, keys).empty());
  }
}

struct Line {
  std::string_view value;
  size_t keys;
  size_t mki_bytes = 0;
};
constexpr Line kLines[] = {
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", 1},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4", 1, 4},
    {"1 aes_cm_128_hmac_sha1_80 INLINE:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:4", 1, 4},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:4;"
     "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2:4",
     2, 4},
    {"  2   AES_CM_128_HMAC_SHA1_32   inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz "
     "UNENCRYPTED_SRTCP WSH=64 -other",
     1},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz KDR=3", 0},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz other", 0},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:xxxx", 0},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:0", 0},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:9999999", 0},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:????f19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", 0},
    {"1 AES_CM_128_HMAC_SHA1_80", 0},
    {"1 F8_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", 0},
    {"1 unknown inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", 0},
    {"", 0},
};

TEST(Srtp, KeysOfLines) {
  for (const Line& line : kLines) {
    const auto keys = srtp_keys_of(line.value);
    EXPECT_EQ(keys.size(), line.keys) << line.value;
    for (const SrtpKey& key : keys) EXPECT_EQ(key.mki.size(), line.mki_bytes) << line.value;
  }
}

TEST(Srtp, SessionParametersChangeWhatIsOpened) {
  const std::string packet = from_hex("8000000100000102cafebabe").append(160, 'v');
  const std::string line =
      "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz ";
  std::string plain;
  const auto bare = srtp_keys_of(line + "UNAUTHENTICATED_SRTP UNENCRYPTED_SRTP");
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_TRUE(SrtpCipher::of(bare[0])->open(packet, 0, &plain));
  EXPECT_EQ(plain, packet);
  const auto clear = srtp_keys_of(line + "UNENCRYPTED_SRTP");
  ASSERT_EQ(clear.size(), 1U);
  EXPECT_FALSE(SrtpCipher::of(clear[0])->open(packet, 0, &plain)) << "no tag";
  const std::string tagged = build::protect_rtp(
      "NULL_HMAC_SHA1_80", "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz", "", packet, 0);
  EXPECT_TRUE(SrtpCipher::of(clear[0])->open(tagged, 0, &plain));
  EXPECT_EQ(plain, packet);
}

}  // namespace
}  // namespace sipladder::srtp_test
