// TLS as a bystander reads it (tests/tls/bystander.h): a second handshake within the first,
// certificates of clients, and connections whose handshake was not captured.
#include <gtest/gtest.h>

#include <algorithm>

#include "decode/tls/names.h"
#include "decode/tls/session.h"
#include "decode/tls/words.h"
#include "tests/support/flow_seal.h"
#include "tests/tls/bystander.h"

namespace sipladder::tls_handshakes_test {
namespace {

using namespace tls_talk;

// Whoever has the keys reads all that was said.
void expect_all_read(const Talk& talk, Bystander* bystander, const std::string& what) {
  bystander->learn(talk.key_log);
  play(segments_of(talk.flights, 1400), bystander);
  EXPECT_EQ(bystander->messages, talk.said) << what;
  EXPECT_EQ(why_not_text(bystander->row()), "") << what;
}

TEST(TlsHandshakes, Renegotiation) {
  for (const char* suite : {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256"}) {
    Talk talk({TLS1_2_VERSION, suite});
    talk.handshake();
    say_some(&talk);
    talk.renegotiate();
    say_some(&talk);
    Bystander bystander;
    expect_all_read(talk, &bystander, suite);
    EXPECT_EQ(bystander.rows.size(), 1U);
  }
}

// The certificate in the row stays that of the server.
TEST(TlsHandshakes, CertificatesOfClients) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    TlsSetup setup;
    setup.version = version;
    setup.client_certificate = true;
    Talk talk(setup);
    talk.handshake();
    say_some(&talk);
    Bystander bystander;
    expect_all_read(talk, &bystander, std::to_string(version));
    ASSERT_TRUE(bystander.row().certificate);
    EXPECT_EQ(bystander.row().certificate->subject, "O=Example, CN=sip.example.com");
  }
}

// A client that leaves with a reset, before somebody has sent its keys.
TEST(TlsHandshakes, KeysThatComeAfterTheConnection) {
  Talk talk({});
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  bystander.keys.expect_more();
  play(segments_of(talk.flights, 1400), &bystander);
  for (const bool client : {true, false}) bystander.send({client, 90'000, ""}, 0x04);
  EXPECT_TRUE(bystander.messages.empty());
  bystander.learn(talk.key_log);
  bystander.take_new_keys();
  std::sort(bystander.messages.begin(), bystander.messages.end());
  std::sort(talk.said.begin(), talk.said.end());
  EXPECT_EQ(bystander.messages, talk.said);
  EXPECT_EQ(why_not_text(bystander.row()), "");
}

// ---- handshakes that were not captured

const std::string kSecretLine =
    "CLIENT_TRAFFIC_SECRET_0 " + hex(std::string(32, 'r')) + " " + hex(std::string(32, 'c')) + "\n";
const std::string kTupleLine =
    "# TUPLE 10.0.0.1:40000 192.0.2.9:5061 " + hex(std::string(32, 'r')) + "\n";

Segment sealed(uint64_t number, const std::string& text, uint32_t* sequence) {
  const std::string record = build::seal_tls13(std::string(32, 'c'), number, 23, text);
  *sequence += static_cast<uint32_t>(record.size());
  return {true, *sequence - static_cast<uint32_t>(record.size()), record};
}

TEST(TlsMidway, NumbersFarAwayAreFoundUpToABound) {
  for (const uint64_t number : {uint64_t{0}, uint64_t{300}, kMostNumbersMidway - 3}) {
    Bystander bystander;
    bystander.learn(kSecretLine + kTupleLine);
    uint32_t sequence = 1000;
    bystander.send(sealed(number, sip_message("one"), &sequence));
    bystander.send(sealed(number + 1, sip_message("two"), &sequence));
    EXPECT_EQ(bystander.messages, (std::vector{sip_message("one"), sip_message("two")})) << number;
    EXPECT_EQ(bystander.row().version, kTls13);
  }
}

TEST(TlsMidway, WhatCannotBeFoundIsGivenUpForGood) {
  Bystander bystander;
  bystander.learn(kSecretLine + kTupleLine);
  uint32_t sequence = 1000;
  for (uint64_t i = 0; i < 20; i++)
    bystander.send(sealed((uint64_t{1} << 40) + i, sip_message("far"), &sequence));
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(why_not_text(bystander.row()), "the key that is known does not fit");
  EXPECT_EQ(bystander.rows.size(), 1U);
}

TEST(TlsMidway, WithoutATupleItSaysWhatIsMissing) {
  Bystander bystander;
  bystander.learn(kSecretLine);
  uint32_t sequence = 1000;
  bystander.send(sealed(7, sip_message("one"), &sequence));
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(why_not_text(bystander.row()), "its handshake was not captured");
  EXPECT_EQ(key_needed_text(bystander.row()), "# TUPLE 10.0.0.1:40000 192.0.2.9:5061");
  // The line may come later.
  bystander.learn(kTupleLine);
  bystander.send(sealed(8, sip_message("two"), &sequence));
  EXPECT_EQ(bystander.messages, (std::vector{sip_message("two")}));
  EXPECT_EQ(bystander.rows.size(), 1U);
}

// Ports are used again: the newest line is tried first, and each of the others, too.
TEST(TlsMidway, TheTupleThatOpensIsTheRightOne) {
  Bystander bystander;
  const std::string other = hex(std::string(32, 'o'));
  bystander.learn(kSecretLine + kTupleLine + "# TUPLE 10.0.0.1:40000 192.0.2.9:5061 " + other +
                  "\nCLIENT_TRAFFIC_SECRET_0 " + other + " " + other + "\n");
  uint32_t sequence = 1000;
  bystander.send(sealed(7, sip_message("one"), &sequence));
  EXPECT_EQ(bystander.messages, (std::vector{sip_message("one")}));
}

TEST(TlsMidway, LinesThatBindNothing) {
  const std::string random(64, 'a');
  for (const std::string& line : {
           std::string("# TUPLE"),
           std::string("# TUPLE 10.0.0.1:1 10.0.0.2:2"),
           "# TUPLE 10.0.0.1:1 10.0.0.2:2 " + random + "a",
           "# TUPLE 10.0.0.1 10.0.0.2:2 " + random,
           "# TUPLE 10.0.0.1:99999 10.0.0.2:2 " + random,
           "# TUPLE fe80::1:5 10.0.0.2:2 " + random,
           "# TUPLE 10.0.0.1:1 10.0.0.2:2 " + random + " xy",
           "# TUPLE 10.0.0.1:1 10.0.0.2:2 " + random + " - 12345",
           "# tuple 10.0.0.1:1 10.0.0.2:2 " + random,
       }) {
    SecretBindings bindings;
    EXPECT_FALSE(bindings.add_line(line)) << line;
    EXPECT_TRUE(bindings.empty());
  }
  SecretBindings bindings;
  EXPECT_TRUE(bindings.add_line("# TUPLE [2001:DB8::0:1]:1 10.0.0.2:2 " + random + " - 0xC02F\r"));
  const auto found = bindings.of("[2001:db8::1]:1", "10.0.0.2:2");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].suite, 0xC02F);
  EXPECT_TRUE(found[0].server_random.empty());
  EXPECT_FALSE(bindings.add_line("# TUPLE [2001:db8::1]:1 10.0.0.2:2 " + random + " - C02F"));
}

TEST(TlsMidway, BindingsAreBounded) {
  SecretBindings bindings;
  const auto line = [](size_t port, size_t random) {
    return "# TUPLE 10.0." + std::to_string(port >> 16) + ".1:" + std::to_string(port & 0xFFFF) +
           " 10.0.0.2:2 " + std::string(56, '0') + std::to_string(10'000'000 + random);
  };
  for (size_t i = 0; i < 2 * SecretBindings::kMaxOfEnds; i++)
    EXPECT_TRUE(bindings.add_line(line(1, i)));
  EXPECT_EQ(bindings.of("10.0.0.1:1", "10.0.0.2:2").size(), SecretBindings::kMaxOfEnds);
  for (size_t i = 0; i < SecretBindings::kMaxBindings; i++) bindings.add_line(line(i + 2, 0));
  EXPECT_FALSE(bindings.add_line(line(100'000, 0)));
}

}  // namespace
}  // namespace sipladder::tls_handshakes_test
