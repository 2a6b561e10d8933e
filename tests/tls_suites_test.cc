// Every cipher suite of TLS that is read, as a bystander reads it (tests/tls/bystander.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "decode/tls/names.h"
#include "decode/tls/words.h"
#include "tests/tls/bystander.h"

namespace sipladder::tls_suites_test {
namespace {

using namespace tls_talk;

struct SuiteRow {
  const char* name;
  int version;
  const char* suite;
  bool encrypt_then_mac = true;
};
constexpr SuiteRow kRows[] = {
    {"tls13_aes128_gcm", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256"},
    {"tls13_aes256_gcm", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384"},
    {"tls13_chacha", TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256"},
    {"tls13_ccm", TLS1_3_VERSION, "TLS_AES_128_CCM_SHA256"},
    {"tls13_ccm8", TLS1_3_VERSION, "TLS_AES_128_CCM_8_SHA256"},
    {"tls12_aes128_gcm", TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"},
    {"tls12_aes256_gcm", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"tls12_rsa_gcm", TLS1_2_VERSION, "AES128-GCM-SHA256"},
    {"tls12_dhe_gcm", TLS1_2_VERSION, "DHE-RSA-AES256-GCM-SHA384"},
    {"tls12_chacha", TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305"},
    {"tls12_ccm", TLS1_2_VERSION, "AES256-CCM"},
    {"tls12_ccm8", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM8"},
    {"tls12_cbc_sha1", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA"},
    {"tls12_cbc_sha256", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA256", false},
    {"tls12_cbc_sha384", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384"},
    {"tls12_cbc_sha384_mac_first", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384", false},
    {"tls11_cbc", TLS1_1_VERSION, "AES128-SHA"},
    {"tls11_cbc_mac_first", TLS1_1_VERSION, "ECDHE-RSA-AES256-SHA", false},
    {"tls10_cbc", TLS1_VERSION, "AES256-SHA"},
    {"tls10_cbc_mac_first", TLS1_VERSION, "AES128-SHA", false},
};
TlsSetup setup_of(const SuiteRow& row) {
  return {row.version, row.suite, row.encrypt_then_mac, nullptr, false};
}

class EverySuite : public testing::TestWithParam<SuiteRow> {};
INSTANTIATE_TEST_SUITE_P(Tls, EverySuite, testing::ValuesIn(kRows),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(EverySuite, IsRead) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  say_some(&talk);
  for (const size_t size : {100'000U, 1400U, 11U}) {
    Bystander bystander;
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, size), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << size;
    EXPECT_TRUE(std::all_of(bystander.transports.begin(), bystander.transports.end(),
                            [](Transport t) { return t == Transport::tls; }));
    const TlsConnection row = bystander.row();
    EXPECT_EQ(why_not_text(row), "");
    EXPECT_EQ(row.opened, row.encrypted);
    EXPECT_TRUE(row.sip && row.done_ns > row.hello_ns);
    EXPECT_NE(find_suite(row.suite), nullptr);
  }
}

// The records of one segment are lost, those behind them are read. (TLS 1.0 chains its records: the
// next one is lost, too. OpenSSL sends an empty one before each.)
TEST_P(EverySuite, LosesOnlyWhatIsLost) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  const size_t handshake = segments_of(talk.flights, 100'000).size();
  for (int i = 0; i < 5; i++) {
    talk.say(true, sip_message("c" + std::to_string(i)));
    talk.say(false, sip_message("s" + std::to_string(i)));
  }
  std::vector<Segment> segments = segments_of(talk.flights, 100'000);
  ASSERT_EQ(segments.size(), handshake + 10);
  segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(handshake + 2));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments, &bystander);
  bystander.now_ns += 10 * kSecond;  // what is missing will not come
  bystander.finish();
  std::vector<std::string> expected = talk.said;
  expected.erase(expected.begin() + 2);
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
  EXPECT_EQ(bystander.row().lost, 1U);
}

TEST_P(EverySuite, IsReadBackwardsOnceTheKeysCome) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  say_some(&talk);
  const std::vector<Segment> segments = segments_of(talk.flights, 1400);
  Bystander bystander;
  bystander.keys.add(SecretKind::master, std::string(kClientRandom, 'x'), "another connection");
  play(segments, &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(why_not_text(bystander.row()), "no key of this connection is known");
  const uint32_t last = bystander.frame;
  bystander.learn(talk.key_log);
  bystander.take_new_keys();
  EXPECT_EQ(bystander.messages.size(), talk.said.size());
  bystander.finish();
  std::vector<std::string> expected = talk.said;
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
  for (const uint32_t frame : bystander.frames) EXPECT_LE(frame, last);
  EXPECT_EQ(std::set<uint32_t>(bystander.frames.begin(), bystander.frames.end()).size(), 4U);
  EXPECT_EQ(why_not_text(bystander.row()), "");
}

// The capture begins within the connection. (Of TLS 1.0, the first record of each side has its
// vector in the record before.)
TEST_P(EverySuite, IsReadFromTheMiddleOnWithATuple) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  say_some(&talk);
  talk.flights.clear();
  talk.said.clear();
  say_some(&talk);
  const bool chained = GetParam().version == TLS1_VERSION;
  for (const bool later : {false, true}) {
    Bystander bystander;
    bystander.keys.expect_more();
    bystander.learn(talk.tuple_line() + (later ? "" : talk.key_log));
    for (const Segment& segment : segments_of(talk.flights, 1400)) bystander.send(segment);
    if (later) {
      EXPECT_TRUE(bystander.messages.empty());
      EXPECT_EQ(why_not_text(bystander.row()), "no key of this connection is known");
      bystander.learn(talk.key_log);
      bystander.take_new_keys();
      std::sort(bystander.messages.begin(), bystander.messages.end());
      std::sort(talk.said.begin(), talk.said.end());
    }
    // OpenSSL sends an empty record before each of TLS 1.0: that is the one that is not read.
    EXPECT_EQ(bystander.messages, talk.said) << later;
    const TlsConnection row = bystander.row();
    EXPECT_EQ(to_string(row.client), kClient + ":40000");
    EXPECT_EQ(suite_name(row.suite), suite_name(find_suite(row.suite)->number));
    EXPECT_TRUE(row.sip && (chained || why_not_text(row).empty())) << why_not_text(row);
  }
}

TEST_P(EverySuite, AWrongKeyOpensNothing) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  for (int i = 0; i < 3; i++) say_some(&talk);
  std::string wrong = talk.key_log;
  for (size_t end = wrong.find('\n'); end != std::string::npos; end = wrong.find('\n', end + 1))
    wrong[end - 1] = wrong[end - 1] == '0' ? '1' : '0';
  Bystander bystander;
  bystander.learn(wrong);
  play(segments_of(talk.flights, 1400), &bystander);
  bystander.finish();
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(bystander.row().opened, 0U);
  EXPECT_NE(why_not_text(bystander.row()), "");
}

}  // namespace
}  // namespace sipladder::tls_suites_test
