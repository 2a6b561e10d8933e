// Staying within memory: what is given up, in which order, and that nothing points to it.
#include "correlate/eviction.h"

#include <gtest/gtest.h>

#include "correlate/analysis.h"
#include "correlate/engine.h"
#include "tests/support/packet_builder.h"

namespace sipladder {
namespace {

constexpr int64_t kMs = 1'000'000;

std::string message(int call, bool request) {
  const std::string id = std::to_string(call);
  const std::string start = request ? "OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n" : "SIP/2.0 200 OK\r\n";
  return start + "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + id + "\r\nFrom: <sip:a@x>;tag=f" +
         id + "\r\nTo: <sip:b@x>" + (request ? "" : ";tag=t") + "\r\nCall-ID: c" + id +
         "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
}

// Everything that a record names is there, or named no more.
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
  engine_.settle();
  // The first three that have ended: 1, 2 and 4.
  evict(model_, 3 * (sizeof(CallRecord) + 2 * sizeof(MessageRecord) + sizeof(TransactionRecord)));
  std::vector<uint32_t> held;
  for (const CallId id : model_.calls.ids()) held.push_back(id.value);
  EXPECT_EQ(held, (std::vector<uint32_t>{3, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(model_.evicted.calls, 3U);
  EXPECT_EQ(model_.evicted.messages, 6U);
  expect_whole(model_);
}

TEST_F(EvictionOfCalls, AFloodOfCallsStaysWithinItsMemory) {
  constexpr size_t kMemory = 8 << 20;
  engine_.set_memory(kMemory);
  Analyst analyst(model_, log_);
  for (int i = 0; i < 100'000; i++) {
    add(i, true, i * kMs);
    add(i, false, i * kMs + 1);
  }
  model_.finished = true;
  engine_.settle();
  EXPECT_GT(model_.evicted.calls, 0U);
  EXPECT_EQ(model_.calls.held() + model_.evicted.calls, 100'000U);
  EXPECT_EQ(model_.messages.held() + model_.evicted.messages, 200'000U);
  EXPECT_TRUE(model_.calls.holds(CallId{100'000}));
  EXPECT_FALSE(model_.calls.holds(CallId{1}));
  // What came since the last look is in addition.
  EXPECT_LT(model_.messages.bytes() + model_.calls.bytes(), 4 * kMemory);
  expect_whole(model_);
  for (const CallId id : model_.calls.ids()) EXPECT_TRUE(analyst.of(id).findings.empty());
}

}  // namespace
}  // namespace sipladder
