// Staying within memory: what is given up, in which order, and that nothing points to it.
#include "correlate/model/eviction.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "correlate/analysis/analysis.h"
#include "correlate/engine/engine.h"
#include "correlate/model/message_view.h"
#include "tests/support/packet_builder.h"

namespace sipladder::eviction_test {
namespace {

constexpr int64_t kMs = 1'000'000;

std::string message(int call, bool request) {
  const std::string id = std::to_string(call);
  const std::string start = request ? "OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n" : "SIP/2.0 200 OK\r\n";
  return start + "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + id + "\r\nFrom: <sip:a@x>;tag=f" +
         id + "\r\nTo: <sip:b@x>" + (request ? "" : ";tag=t") + "\r\nCall-ID: c" + id +
         "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
}

// Expects that no record refers to one that was given up.
void expect_whole(const Model& model) {
  for (const CallId id : model.calls.ids()) {
    const CallRecord& call = model.calls[id];
    uint32_t messages = 0;
    for (MessageId m = call.first_message; m; m = model.messages[m].next_in_call) {
      ASSERT_TRUE(model.messages.holds(m));
      messages++;
    }
    EXPECT_EQ(messages, call.messages);
    for (TransactionId t = call.first_txn; t; t = model.transactions[t].next_in_call) {
      ASSERT_TRUE(model.transactions.holds(t));
      const TransactionRecord& txn = model.transactions[t];
      for (const TransactionId link : {txn.next_same_branch, txn.request_path, txn.invite}) {
        EXPECT_TRUE(!link || model.transactions.holds(link));
      }
    }
  }
}

TEST(Eviction, ATableForgetsRecordsAndThenTheirChunk) {
  Table<Endpoint, EndpointId> table;
  std::vector<EndpointId> ids;
  for (uint16_t i = 0; i < 20'000; i++) ids.push_back(table.add(Endpoint{{}, i}));
  const size_t bytes = table.bytes();
  for (size_t i = 0; i < 8191; i++) table.forget(ids[i]);
  EXPECT_EQ(table.bytes(), bytes);
  EXPECT_FALSE(table.holds(ids[8190]));
  EXPECT_EQ(table[ids[8191]].port, 8191);
  EXPECT_EQ((*table.ids().begin()).value, 8192U);
  table.forget(ids[8191]);
  EXPECT_LT(table.bytes(), bytes);
  EXPECT_EQ(table.held(), 20'000U - 8192U);
  EXPECT_FALSE(table.holds(EndpointId{}));
  uint32_t seen = 0;
  for (const EndpointId id : table.ids()) {
    EXPECT_EQ(table[id].port, id.value - 1);
    seen++;
  }
  EXPECT_EQ(seen, table.held());
}

class EvictionOfCalls : public ::testing::Test {
 protected:
  EvictionOfCalls() : engine_(log_, model_) {}

  void add(int call, bool request, int64_t time_ns) {
    const std::string a = "192.0.2.1", b = "192.0.2.2";
    const std::string& src = request ? a : b;
    const std::string& dst = request ? b : a;
    const std::string bytes =
        build::ethernet_ip(build::ip(build::udp(message(call, request), src, dst), 17, src, dst));
    engine_.process(build::packet(bytes, 1, ++frame_, time_ns));
  }

  PacketLog log_;
  Model model_;
  Engine engine_;
  uint32_t frame_ = 0;
};

TEST_F(EvictionOfCalls, EndedBeforeOpenAndOldBeforeNew) {
  for (int i = 0; i < 10; i++) {
    add(i, true, i * 10 * kMs);
    if (i != 2) add(i, false, (i * 10 + 1) * kMs);  // the third waits for its answer
  }
  engine_.catch_up();
  // The first three that have ended: 1, 2 and 4.
  evict(model_, log_,
        {3 * (sizeof(CallRecord) + 2 * sizeof(MessageRecord) + sizeof(TransactionRecord)), 0});
  std::vector<uint32_t> held;
  for (const CallId id : model_.calls.ids()) held.push_back(id.value);
  EXPECT_EQ(held, (std::vector<uint32_t>{3, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(model_.evicted.calls, 3U);
  EXPECT_EQ(model_.evicted.messages, 6U);
  expect_whole(model_);
}

TEST_F(EvictionOfCalls, AFloodOfCallsStaysWithinItsMemory) {
  constexpr size_t kMemory = 24 << 20;
  engine_.set_memory(kMemory);
  Analyst analyst(model_, log_);
  for (int i = 0; i < 100'000; i++) {
    add(i, true, i * kMs);
    add(i, false, i * kMs + 1);
  }
  model_.finished = true;
  engine_.catch_up();
  EXPECT_GT(model_.evicted.calls, 0U);
  // No call was given up between its request and the answer: it would count twice.
  EXPECT_EQ(model_.calls.held() + model_.evicted.calls, 100'000U);
  EXPECT_EQ(model_.messages.held() + model_.evicted.messages, 200'000U);
  EXPECT_TRUE(model_.calls.holds(CallId{100'000}));
  EXPECT_FALSE(model_.calls.holds(CallId{1}));
  // The tables can be larger than the limit by what came since the memory was last looked at.
  EXPECT_LT(model_.messages.bytes() + model_.calls.bytes(), 4 * kMemory);
  expect_whole(model_);
  for (const CallId id : model_.calls.ids()) EXPECT_TRUE(analyst.of(id).findings.empty());
}

std::string rtp_packet(uint32_t ssrc, uint16_t sequence) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  std::string packet = {byte(0x80),
                        0,
                        byte(sequence >> 8U),
                        byte(sequence),
                        0,
                        0,
                        0,
                        0,
                        byte(ssrc >> 24),
                        byte(ssrc >> 16),
                        byte(ssrc >> 8),
                        byte(ssrc)};
  return packet + std::string(160, '\x55');
}

// The control of a relay alone, whose calls are never deleted.
TEST_F(EvictionOfCalls, AFloodOfRelaySessionsStaysWithinItsMemory) {
  constexpr size_t kMemory = 8 << 20;
  engine_.set_memory(kMemory);
  for (uint32_t i = 0; i < 100'000; i++) {
    const std::string command = std::to_string(i) + "_1 U call-" + std::to_string(i) +
                                " 192.0.2.1 " + std::to_string(1024 + i % 60'000) + " from";
    const std::string bytes = build::ethernet_ip(build::ip(
        build::udp(command, "192.0.2.1", "192.0.2.2", 9999, 7722), 17, "192.0.2.1", "192.0.2.2"));
    engine_.process(build::packet(bytes, 1, ++frame_, i * kMs));
  }
  model_.finished = true;
  engine_.catch_up();
  EXPECT_EQ(model_.relay_sessions.size() + model_.evicted.relay_sessions, 100'000U);
  EXPECT_EQ(model_.relay_ports.held(), model_.relay_sessions.size());
  EXPECT_LT(model_.relay_ports.bytes() + model_.relay_sessions.size() * sizeof(RelaySession),
            2 * kMemory);
  EXPECT_TRUE(model_.relay_ports.holds(RelayPortId{100'000}));
  EXPECT_FALSE(model_.relay_ports.holds(RelayPortId{1}));
  for (const RelayPortId id : model_.relay_ports.ids())
    EXPECT_TRUE(model_.relay_sessions.contains(model_.relay_ports[id].session));
}

// RTP alone: no call that could be given up, and addresses without end.
TEST_F(EvictionOfCalls, AFloodOfStreamsStaysWithinItsMemory) {
  constexpr size_t kMemory = 16 << 20;
  engine_.set_memory(kMemory);
  for (uint32_t i = 0; i < 200'000; i++) {
    const std::string from = "10." + std::to_string(i >> 16 & 255) + "." +
                             std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
    const std::string bytes = build::ethernet_ip(build::ip(
        build::udp(rtp_packet(i, 1), from, "192.0.2.2", 4000, 5000), 17, from, "192.0.2.2"));
    engine_.process(build::packet(bytes, 1, ++frame_, i * kMs));
  }
  model_.finished = true;
  engine_.catch_up();
  EXPECT_EQ(model_.streams.held() + model_.evicted.streams, 200'000U);
  EXPECT_LT(model_.streams.bytes() + model_.endpoints.bytes(), kMemory + kMemory / 4);
  EXPECT_LT(model_.endpoints.held(), 100'000U);
  EXPECT_TRUE(model_.streams.holds(StreamId{200'000}));
  for (const StreamId id : model_.streams.ids()) {
    ASSERT_TRUE(model_.endpoints.holds(model_.streams[id].src));
    ASSERT_TRUE(model_.endpoints.holds(model_.streams[id].dst));
  }
}

// Messages that are in no file: beyond what the spool may take, old calls make room.
TEST_F(EvictionOfCalls, TheSpoolStaysBelowItsLimit) {
  log_.set_spool_limit(Spool::kLeast);
  const std::string filling = "Subject: " + std::string(1300, 'x') + "\r\n\r\n";
  for (int i = 0; i < 200'000; i++) {
    std::string text = message(i, true);
    text.replace(text.size() - 2, 2, filling);
    const std::string bytes = build::ethernet_ip(
        build::ip(build::udp(text, "192.0.2.1", "192.0.2.2"), 17, "192.0.2.1", "192.0.2.2"));
    Packet packet = build::packet(bytes, 1, ++frame_, i * kMs);
    packet.ref = not_stored(bytes.size());
    engine_.process(packet);
  }
  model_.finished = true;
  engine_.catch_up();
  EXPECT_LE(log_.spool_bytes(), Spool::kLeast);
  EXPECT_EQ(log_.trouble(), "");
  EXPECT_GT(model_.evicted.calls, 0U);
  MessageView view(log_);
  for (const MessageId id : model_.messages.ids()) ASSERT_TRUE(view.load(model_.messages[id]));
  Analyst analyst(model_, log_);
  const auto told = analyst.all();
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [](const Finding* finding) {
    return finding->code == "cap-dropped" && finding->severity == Severity::info;
  }));
}

}  // namespace
}  // namespace sipladder::eviction_test
