// TLS as a bystander reads it (tests/tls/bystander.h): what the handshake says, resumption, new
// keys, what is inside, bounds, alerts.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "decode/bytes.h"
#include "decode/tls/names.h"
#include "decode/tls/words.h"
#include "decode/utc_text.h"
#include "tests/tls/bystander.h"

namespace sipladder::tls_test {
namespace {

using namespace tls_talk;

TEST(Tls, SaysWhatBothSaid) {
  Talk talk({TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"});
  talk.handshake();
  talk.say(true, sip_message("one"));
  Bystander bystander;  // without any key
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  const TlsConnection row = bystander.row();
  EXPECT_EQ(to_string(row.client), kClient + ":40000");
  EXPECT_EQ(to_string(row.server), kServer + ":5061");
  EXPECT_EQ(row.server_name, "sip.example.com");
  EXPECT_EQ(row.versions_offered, (std::vector<uint16_t>{kTls12}));
  EXPECT_EQ(tls_version_name(row.version), "1.2");
  EXPECT_EQ(suite_name(row.suite), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(row.alpn, "sip/2");
  EXPECT_TRUE(row.offers_sip());
  ASSERT_TRUE(row.certificate);
  EXPECT_EQ(row.certificate->subject, "O=Example, CN=sip.example.com");
  EXPECT_EQ(row.certificate->issuer, "O=Example, CN=sip.example.com");
  EXPECT_EQ(row.certificate->names, (std::vector<std::string>{"sip.example.com", "192.0.2.9"}));
  EXPECT_EQ(utc_text(row.certificate->not_before_ns), "2020-09-13 12:26:40 UTC");
  EXPECT_EQ(utc_text(row.certificate->not_after_ns), "2027-01-15 08:00:00 UTC");
  EXPECT_GT(row.done_ns, row.hello_ns);
  EXPECT_EQ(why_not_text(row), "no key of this connection is known");
  EXPECT_EQ(key_needed_text(row).substr(0, 14), "CLIENT_RANDOM ");
  EXPECT_EQ(talk.key_log.find(key_needed_text(row)), 0U);
}

TEST(Tls, NamesTheKeysOfTls13) {
  Talk talk({});
  talk.handshake();
  talk.say(true, sip_message("one"));
  Bystander bystander;
  play(segments_of(talk.flights, 1400), &bystander);
  const std::string needed = key_needed_text(bystander.row());
  const size_t comma = needed.find(", ");
  ASSERT_NE(comma, std::string::npos);
  EXPECT_NE(talk.key_log.find(needed.substr(0, comma)), std::string::npos);
  EXPECT_NE(talk.key_log.find(needed.substr(comma + 2)), std::string::npos);
  EXPECT_FALSE(bystander.row().certificate);  // it is encrypted
  EXPECT_FALSE(bystander.row().alert);
  EXPECT_GT(bystander.row().done_ns, 0);
}

// ---- the private key of the server

void take_key_of_server(RsaKeys* keys) {
  char name[] = "/tmp/sipladder-key-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  std::FILE* const file = fdopen(fd, "w");
  PEM_write_PrivateKey(file, owner_of(true).key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  EXPECT_EQ(keys->add_file(name), "");
  std::remove(name);
}

TEST(Tls, APrivateKeyOpensSuitesWithoutForwardSecrecy) {
  RsaKeys keys;
  take_key_of_server(&keys);
  for (const TlsSetup& setup :
       {TlsSetup{TLS1_2_VERSION, "AES128-GCM-SHA256"},
        TlsSetup{TLS1_2_VERSION, "AES256-GCM-SHA384"}, TlsSetup{TLS1_1_VERSION, "AES128-SHA"},
        TlsSetup{TLS1_VERSION, "AES256-SHA", false}}) {
    Talk talk(setup);
    talk.handshake();
    say_some(&talk);
    Bystander bystander;
    bystander.decoder.set_rsa_keys(&keys);
    play(segments_of(talk.flights, 1400), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << setup.suite;
  }
  Talk secret({TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"});
  secret.handshake();
  say_some(&secret);
  Bystander bystander;
  bystander.decoder.set_rsa_keys(&keys);
  play(segments_of(secret.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
}

// A message of the server that is too long to be kept: the hash of the handshake, on which the keys
// rest (RFC 7627), is not known.
TEST(Tls, APrivateKeyIsNoKeyWithoutTheWholeHandshake) {
  RsaKeys keys;
  take_key_of_server(&keys);
  Talk talk({TLS1_2_VERSION, "AES128-GCM-SHA256"});
  talk.handshake();
  say_some(&talk);
  ASSERT_FALSE(talk.flights[1].client);
  const size_t length = 5 * 16'000 - 4;
  std::string ticket = bytes({4, 1, 0x38, 0x7C}) + std::string(length, 'x');
  ASSERT_EQ(length, 0x1387CU);
  std::string records;
  for (size_t at = 0; at < ticket.size(); at += 16'000)
    records += bytes({22, 3, 3}) + number16(16'000) + ticket.substr(at, 16'000);
  talk.flights[1].bytes += records;
  Bystander bystander;
  bystander.decoder.set_rsa_keys(&keys);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(bystander.row().unread, TlsUnread::no_key);
}

// ---- sessions that go on, keys that change

TEST(Tls, ResumedSessions) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION, TLS1_VERSION}) {
    Talk talk({version, ""});
    talk.handshake();
    talk.say(false, sip_message("first"));
    talk.resume();
    talk.said.clear();
    talk.handshake();
    ASSERT_TRUE(talk.reused()) << version;
    say_some(&talk);
    Bystander bystander;
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, 1400), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << version;
  }
}

TEST(Tls, EarlyData) {
  Talk talk({});
  talk.handshake();
  talk.say(false, sip_message("first"));
  talk.resume();
  talk.said.clear();
  talk.say_early(sip_message("early"));
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
  EXPECT_EQ(bystander.frames.front(), 3U);  // where it came, before the ServerHello
}

TEST(Tls, HelloRetryRequest) {
  TlsSetup setup;
  setup.server_groups = "P-384";
  Talk talk(setup);
  talk.handshake();
  say_some(&talk);
  ASSERT_GE(talk.flights.size(), 4U);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
  bystander.row();
  EXPECT_EQ(bystander.rows.size(), 1U);
}

TEST(Tls, KeyUpdates) {
  Talk talk({});
  talk.handshake();
  for (const bool client : {true, false, true}) {
    say_some(&talk);
    talk.update_key(client);
  }
  say_some(&talk);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

// The segment with the KeyUpdate is not in the capture.
TEST(Tls, ALostKeyUpdate) {
  Talk talk({});
  talk.handshake();
  say_some(&talk);
  const size_t update = talk.flights.size();
  talk.update_key(true);
  const std::vector<Segment> before(segments_of(talk.flights, 100'000));
  const Segment lost = before[update];
  ASSERT_TRUE(lost.client);
  say_some(&talk);
  say_some(&talk);
  std::vector<Segment> segments = segments_of(talk.flights, 100'000);
  std::erase_if(segments, [&](const Segment& segment) {
    return segment.client && segment.sequence == lost.sequence;
  });
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments, &bystander);
  bystander.finish();
  std::vector<std::string> expected = talk.said;
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
}

// Nothing is known when the connection begins, but a source of keys is open.
TEST(Tls, KeysThatComeOneByOne) {
  Talk talk({});
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  bystander.keys.expect_more();
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  for (size_t at = 0; at < talk.key_log.size();) {
    const size_t end = talk.key_log.find('\n', at);
    bystander.learn(talk.key_log.substr(at, end - at));
    bystander.take_new_keys();
    at = end + 1;
  }
  std::vector<std::string> expected = talk.said;
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
}

TEST(Tls, TrafficSecretsAloneWillDo) {
  Talk talk({});
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  for (size_t at = 0; at < talk.key_log.size();) {
    const size_t end = talk.key_log.find('\n', at);
    const std::string line = talk.key_log.substr(at, end - at);
    if (line.find("_TRAFFIC_SECRET_0") != std::string::npos) bystander.learn(line + "\n");
    at = end + 1;
  }
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

TEST(Tls, SegmentsInDisorder) {
  Talk talk({});
  talk.handshake();
  const size_t begun = segments_of(talk.flights, 100).size();
  say_some(&talk);
  std::vector<Segment> segments = segments_of(talk.flights, 100);
  for (size_t i = begun; i + 1 < segments.size(); i += 2) {
    if (segments[i].client == segments[i + 1].client) std::swap(segments[i], segments[i + 1]);
  }
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments, &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

TEST(Tls, ConnectionsThatFollowEachOtherOnTheSamePorts) {
  Bystander bystander;
  std::vector<std::string> all;
  for (int i = 0; i < 3; i++) {
    Talk talk({});
    talk.handshake();
    say_some(&talk);
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, 1400), &bystander);
    bystander.send({true, 1'000'000, ""}, 0x11);
    all.insert(all.end(), talk.said.begin(), talk.said.end());
  }
  EXPECT_EQ(bystander.messages, all);
  bystander.row();
  ASSERT_EQ(bystander.rows.size(), 3U);
  EXPECT_EQ(bystander.rows[1].closed_by, TlsEnd::client);
  EXPECT_FALSE(bystander.rows[1].reset);
}

// A message in two records; two in one; keep-alives between.
TEST(Tls, FramesLikeTcp) {
  Talk talk({});
  talk.handshake();
  const std::string one = sip_message("one", 100), two = sip_message("two"),
                    three = sip_message("x");
  talk.say(true, one.substr(0, 50));
  talk.say(true, one.substr(50));
  talk.say(true, "\r\n\r\n");
  talk.say(true, two + three);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_EQ(bystander.messages, (std::vector<std::string>{one, two, three}));
  EXPECT_EQ(std::count(bystander.fates.begin(), bystander.fates.end(), Fate::tcp_keepalive), 1);
  EXPECT_EQ(std::count(bystander.fates.begin(), bystander.fates.end(), Fate::tcp_waiting), 1);
}

TEST(Tls, WebSocketInside) {
  Talk talk({});
  talk.handshake();
  const std::string one = sip_message("one");
  talk.say(
      true,
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
  talk.say(false, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n");
  talk.say(true, websocket_frame(0x81, one));
  talk.say(false, websocket_frame(0x81, sip_message("two"), Masking::plain));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_EQ(bystander.messages, (std::vector<std::string>{one, sip_message("two")}));
  EXPECT_EQ(bystander.transports, (std::vector<Transport>{Transport::wss, Transport::wss}));
}

TEST(Tls, WhatIsNoSipIsCountedOnce) {
  Talk talk({});
  talk.handshake();
  talk.say(true, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
  talk.say(false, std::string(5000, 'x'));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_FALSE(bystander.row().sip);
  EXPECT_EQ(bystander.fates.back(), Fate::tls_other);
}

// ---- bounds

// A message of 16 MB that never ends, and records of it.
TEST(Tls, HandshakesWithoutEndAreNotKept) {
  Bystander bystander;
  Talk talk({});
  talk.handshake();
  std::vector<Segment> hello = segments_of({talk.flights.front()}, 100'000);
  bystander.open();
  bystander.send(hello[0]);
  uint32_t next = 500;
  std::string body = bytes({11, 255, 255, 255}) + std::string(16'000, 'x');
  for (int i = 0; i < 100; i++) {
    const std::string record =
        bytes({22, 3, 3}) + number16(static_cast<unsigned>(body.size())) + body;
    bystander.send({false, next, record});
    next += static_cast<uint32_t>(record.size());
    body = std::string(16'000, 'x');
  }
  HandshakeReader reader;
  reader.add(bytes({11, 255, 255, 255}) + std::string(100, 'x'));
  ASSERT_TRUE(reader.next());
  for (int i = 0; i < 1000; i++) reader.add(std::string(16'000, 'x'));
  EXPECT_EQ(reader.buffered(), 0U);
}

TEST(Tls, RecordsThatWaitForKeysAreBounded) {
  Talk talk({});
  talk.handshake();
  for (int i = 0; i < 60; i++) talk.say(true, sip_message("c" + std::to_string(i), 2000));
  Bystander bystander;
  bystander.keys.add(SecretKind::master, std::string(kClientRandom, 'x'), "another connection");
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.row().unread, TlsUnread::no_key);
  bystander.learn(talk.key_log);
  bystander.finish();
  EXPECT_TRUE(bystander.messages.empty());  // they were given up
}

TEST(Tls, ConnectionsBeyondTheBoundAreReadWithoutARow) {
  TlsConnections rows;
  const Endpoint a{ipv4_address(bytes_of(bytes({10, 0, 0, 1}))), 1};
  for (size_t i = 0; i < kMaxTlsConnections; i++) EXPECT_EQ(rows.begin(a, a, {}), i);
  EXPECT_EQ(rows.begin(a, a, {}), TlsConnections::kNoRow);
  rows.edit(TlsConnections::kNoRow).opened++;
  std::vector<TlsConnection> copy;
  rows.update(&copy);
  EXPECT_EQ(copy.size(), kMaxTlsConnections);
}

// ---- alerts

std::string alert_record(int level, int number) {
  return bytes({21, 3, 3, 0, 2, level, number});
}

TEST(Tls, AlertsSaySoAndWho) {
  Talk talk({});
  talk.handshake();
  Bystander bystander;
  bystander.open();
  bystander.send(segments_of({talk.flights.front()}, 100'000)[0]);
  EXPECT_EQ(bystander.send({false, 500, alert_record(2, 40)}), Fate::tls);
  bystander.send({false, 507, ""}, 0x14);
  const TlsConnection row = bystander.row();
  ASSERT_TRUE(row.alert);
  EXPECT_EQ(alert_name(row.alert->number), "handshake_failure");
  EXPECT_EQ(row.alert->by, TlsEnd::server);
  EXPECT_TRUE(row.alert->fatal && row.alert->readable);
  EXPECT_EQ(row.closed_by, TlsEnd::server);
  EXPECT_TRUE(row.reset);
  EXPECT_EQ(row.done_ns, 0);
}

}  // namespace
}  // namespace sipladder::tls_test
