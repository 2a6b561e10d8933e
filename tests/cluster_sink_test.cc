// Rows on their way to a cluster that is down, slow, confused, or cut off in the middle: stored
// once, or told.
#include "export/cluster_sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "capture/gzip.h"
#include "export/cluster_report.h"
#include "tests/support/http_server.h"
#include "tests/support/scratch.h"

namespace sipladder::cluster_sink_test {
namespace {

constexpr const char* kVersion = "version()\nString\n18.16.1\n";
constexpr int64_t kMillisecond = 1'000'000;

// Knows rows by their text, as the keys of a table would.
class Store {
 public:
  explicit Store(uint16_t port = 0)
      : server_([this](const HttpAsked& asked) { return answer(asked); }, port) {}

  uint16_t port() const { return server_.port(); }
  HttpServerThread& server() { return server_; }
  std::set<std::string> rows() const {
    const MutexLock lock(mutex_);
    return rows_;
  }
  uint64_t inserts() const {
    const MutexLock lock(mutex_);
    return inserts_;
  }
  // The next answers, one after the other; then all is well.
  void plan(std::vector<HttpGiven> given) {
    const MutexLock lock(mutex_);
    planned_ = std::move(given);
  }

 private:
  HttpGiven answer(const HttpAsked& asked) {
    const auto query = asked.parameters.find("query");
    if (query == asked.parameters.end()) return {200, kVersion};
    const MutexLock lock(mutex_);
    inserts_++;
    HttpGiven given;
    if (!planned_.empty()) {
      given = planned_.front();
      planned_.erase(planned_.begin());
    }
    if (given.status != 200) return given;
    size_t at = 0;
    for (size_t end = 0; (end = asked.body.find('\n', at)) != std::string::npos; at = end + 1)
      rows_.insert(asked.body.substr(at, end - at));
    return given;
  }

  mutable Mutex mutex_;
  std::set<std::string> rows_;
  std::vector<HttpGiven> planned_;
  uint64_t inserts_ = 0;
  HttpServerThread server_;
};

ClusterSinkOptions options_for(uint16_t port) {
  ClusterSinkOptions options;
  options.url = "clickhouse://probe:s3cret@127.0.0.1:" + std::to_string(port) + "/sip";
  options.patience_ns = 600'000 * kMillisecond;
  return options;
}

// `count` rows, of bytes that do not pack well when `size` is large.
RowBatch batch_of(int first, int count, size_t size = 10) {
  RowBatch batch{"messages", {}, static_cast<uint64_t>(count)};
  uint64_t state = static_cast<uint64_t>(first) + 1;
  for (int i = first; i < first + count; i++) {
    batch.rows += "{\"id\":" + std::to_string(i) + ",\"raw\":\"";
    for (size_t at = 0; at < size; at++) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      batch.rows += static_cast<char>('!' + 2 + (state >> 33) % 57);
    }
    batch.rows += "\"}\n";
  }
  return batch;
}

uint16_t unused_port() {
  const Store store;
  return store.port();
}

// What becomes of ten rows.
ClusterSinkFigures figures_of_ten_rows(const ClusterSinkOptions& options) {
  ClusterSink sink(options);
  EXPECT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 10)));
  return sink.finish();
}

TEST(ClusterSink, StoresWhatItGets) {
  Store store;
  ClusterSink sink(options_for(store.port()));
  ASSERT_EQ(sink.begin(), "");
  for (int i = 0; i < 5; i++) EXPECT_TRUE(sink.put(batch_of(i * 10, 10)));
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 50);
  EXPECT_EQ(figures.batches, 5);
  EXPECT_EQ(figures.waiting_rows, 0);
  EXPECT_EQ(store.rows().size(), 50);
  EXPECT_EQ(lost_sentence(figures, options_for(1)), "");
  const HttpAsked last = store.server().asked().back();
  EXPECT_EQ(last.parameters.at("query"), "INSERT INTO `sip`.`messages` FORMAT JSONEachRow");
  EXPECT_EQ(last.parameters.at("insert_distributed_sync"), "1");
  EXPECT_EQ(last.headers.at("x-clickhouse-user"), "probe");
  EXPECT_EQ(last.headers.at("x-clickhouse-key"), "s3cret");
  // A server of 2018 knows no tokens.
  EXPECT_FALSE(last.parameters.contains("insert_deduplication_token"));
}

TEST(ClusterSink, AnErrorOfTheServerIsTriedAgain) {
  Store store;
  store.plan({{500, "Code: 210, e.displayText() = DB::NetException: Connection refused"},
              {500, "Code: 252, e.displayText() = DB::Exception: Too many parts (300)"},
              {429, ""},
              {503, ""},
              {200, "", true}});  // stored, and the answer lost
  ClusterSink sink(options_for(store.port()));
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 100)));
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 100);
  EXPECT_GE(figures.repeats, 4);  // what was cut off without a word libcurl sends again by itself
  EXPECT_EQ(store.inserts(), 6);
  EXPECT_EQ(store.rows().size(), 100);
}

TEST(ClusterSink, AConnectionThatIsCutInTheMiddleOfABatchIsMadeAgain) {
  Store store;
  ClusterSink sink(options_for(store.port()));
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 10)));
  while (sink.figures().rows < 10) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  store.server().cuts = 2;
  EXPECT_TRUE(sink.put(batch_of(10, 2000, 2000)));
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 2010);
  EXPECT_GE(figures.repeats, 1);
  EXPECT_EQ(store.rows().size(), 2010);
  EXPECT_EQ(store.server().cuts, 0);
}

TEST(ClusterSink, ASlowServerIsNotAwayAndStoresAll) {
  Store store;
  HttpGiven slow;
  slow.wait_ms = 300;
  store.plan({slow, slow, slow});
  ClusterSinkOptions options = options_for(store.port());
  options.patience_ns = 50 * kMillisecond;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  for (int i = 0; i < 3; i++) EXPECT_TRUE(sink.put(batch_of(i * 10, 10)));
  EXPECT_EQ(sink.finish().rows, 30);
  EXPECT_EQ(store.rows().size(), 30);
}

TEST(ClusterSink, AServerThatIsDownIsTold) {
  ClusterSinkOptions options = options_for(unused_port());
  options.patience_ns = 300 * kMillisecond;
  const ClusterSinkFigures figures = figures_of_ten_rows(options);
  EXPECT_EQ(figures.rows, 0);
  EXPECT_EQ(figures.waiting_rows, 10);
  const std::string lost = lost_sentence(figures, options);
  EXPECT_NE(lost.find("10 rows not sent"), std::string::npos) << lost;
  EXPECT_NE(lost.find("clickhouse://probe@127.0.0.1"), std::string::npos) << lost;
  EXPECT_EQ(lost.find("s3cret"), std::string::npos) << lost;
}

TEST(ClusterSink, AServerThatKeepsSilentIsWaitedForAsLongAsWasSaid) {
  for (const bool at_once : {true, false}) {
    const HttpServerThread silent([&](const HttpAsked& asked) {
      HttpGiven given{200, kVersion};
      if (at_once || asked.parameters.contains("query")) given.wait_ms = 60'000;
      return given;
    });
    ClusterSinkOptions options = options_for(silent.port());
    options.patience_ns = 1000 * kMillisecond;
    const auto begun = std::chrono::steady_clock::now();
    const ClusterSinkFigures figures = figures_of_ten_rows(options);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10)) << at_once;
    EXPECT_EQ(figures.waiting_rows, 10);
    EXPECT_NE(figures.trouble, "");
  }
}

TEST(ClusterSink, APageInPlaceOfAServerStoresNothing) {
  const HttpServerThread page([](const HttpAsked&) {
    return HttpGiven{200, "<html>\n<body>\nSign in\n"};
  });
  ClusterSinkOptions options = options_for(page.port());
  options.patience_ns = 100 * kMillisecond;
  const ClusterSinkFigures figures = figures_of_ten_rows(options);
  EXPECT_EQ(figures.rows, 0);
  EXPECT_EQ(figures.waiting_rows, 10);
  EXPECT_EQ(figures.trouble, "the answer is no table");
}

TEST(ClusterSink, ATableThatIsMissingIsNotWaitedFor) {
  Store store;
  const HttpGiven missing{
      404,
      "Code: 60, e.displayText() = DB::Exception: Table sip.messages doesn't exist., e.what() "
      "= DB::Exception"};
  store.plan(std::vector<HttpGiven>(50, missing));
  ClusterSink sink(options_for(store.port()));
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 10)));
  const auto begun = std::chrono::steady_clock::now();
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_EQ(figures.waiting_rows, 10);
  EXPECT_EQ(figures.trouble, "Table sip.messages doesn't exist");
}

TEST(ClusterSink, RowsThatTheServerRefusesHoldUpNoOthers) {
  Store store;
  store.plan({{400,
               "Code: 117, e.displayText() = DB::Exception: Unknown field found while parsing "
               "JSONEachRow format: x, e.what() = DB::Exception"}});
  ClusterSink sink(options_for(store.port()));
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 3)));
  EXPECT_TRUE(sink.put(batch_of(3, 4)));
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 4);
  EXPECT_EQ(figures.refused_rows, 3);
  const std::string lost = lost_sentence(figures, options_for(store.port()));
  EXPECT_NE(lost.find("3 rows refused by the server (messages: Unknown field"), std::string::npos)
      << lost;
}

TEST(ClusterSink, ASpoolThatIsFullDropsAndCountsWhenNobodyMayWait) {
  ClusterSinkOptions options = options_for(unused_port());
  options.patience_ns = 100 * kMillisecond;
  options.memory_bytes = 200'000;
  options.spool_bytes = 30'000;
  options.may_wait = false;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  // A batch packs to about 60 kB: three fill the memory, none fits the spool.
  for (int i = 0; i < 8; i++) EXPECT_TRUE(sink.put(batch_of(i * 100, 100, 800)));
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_GT(figures.dropped_rows, 0);
  EXPECT_EQ(figures.dropped_rows + figures.waiting_rows, 800);
  EXPECT_NE(
      lost_sentence(figures, options).find(std::to_string(figures.dropped_rows) + " rows dropped"),
      std::string::npos);
}

TEST(ClusterSink, WhatComesWhileTheClusterIsAwayIsStoredWhenItIsBack) {
  const uint16_t port = unused_port();
  ClusterSinkOptions options = options_for(port);
  options.memory_bytes = 200'000;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  for (int i = 0; i < 8; i++) EXPECT_TRUE(sink.put(batch_of(i * 100, 100, 800)));
  const ClusterSinkFigures meanwhile = sink.figures();
  EXPECT_EQ(meanwhile.waiting_rows, 800);
  EXPECT_GT(meanwhile.spooled_bytes, 0);  // more than fits the memory
  Store store(port);
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 800);
  EXPECT_EQ(figures.dropped_rows + figures.waiting_rows + figures.spooled_bytes, 0);
  EXPECT_EQ(store.rows().size(), 800);
}

TEST(ClusterSink, WhatARunCouldNotSendTheNextOneSends) {
  const std::string folder = scratch_path("sink-spool");
  const uint16_t port = unused_port();
  ClusterSinkOptions options = options_for(port);
  options.spool_folder = folder;
  options.patience_ns = 100 * kMillisecond;
  {
    ClusterSink sink(options);
    ASSERT_EQ(sink.begin(), "");
    EXPECT_TRUE(sink.put(batch_of(0, 10)));
    const ClusterSinkFigures figures = sink.finish();
    EXPECT_NE(lost_sentence(figures, options).find("10 rows left in " + folder), std::string::npos);
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files++;
    EXPECT_EQ(entry.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_EQ(files, 1);
  Store store(port);
  options.patience_ns = 600'000 * kMillisecond;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(10, 10)));
  EXPECT_EQ(sink.finish().rows, 20);
  EXPECT_EQ(store.rows().size(), 20);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(ClusterSink, WhatIsNoFileInTheSpoolIsLeftAlone) {
  const std::string folder = scratch_path("odd-spool");
  const std::string directory = folder + "/000000000001-messages-5.json.gz";
  std::filesystem::create_directories(directory);
  std::filesystem::create_symlink("nowhere", folder + "/000000000002-messages-5.json.gz");
  Store store;
  ClusterSinkOptions options = options_for(store.port());
  options.spool_folder = folder;
  const ClusterSinkFigures figures = figures_of_ten_rows(options);
  EXPECT_EQ(figures.rows, 10);
  EXPECT_EQ(figures.waiting_rows + figures.refused_rows + figures.dropped_rows, 0);
  EXPECT_TRUE(std::filesystem::is_directory(directory));
}

// Rows in the spool of a run whose cluster was away.
void leave_in(const std::string& folder, uint16_t port, const RowBatch& batch) {
  ClusterSinkOptions options = options_for(port);
  options.spool_folder = folder;
  options.patience_ns = 100 * kMillisecond;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch));
  EXPECT_EQ(sink.finish().waiting_rows, batch.count);
}

TEST(ClusterSink, AFileThatCannotBeReadIsKeptAndHoldsUpNoOthers) {
  const std::string folder = scratch_path("cut-spool");
  const uint16_t port = unused_port();
  leave_in(folder, port, batch_of(0, 10));
  const std::filesystem::path file = std::filesystem::directory_iterator(folder)->path();
  ClusterSinkOptions options = options_for(port);
  options.spool_folder = folder;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  while (sink.figures().repeats == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::filesystem::resize_file(file, 5);
  EXPECT_TRUE(sink.put(batch_of(10, 7)));
  Store store(port);
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.rows, 7);
  EXPECT_EQ(figures.refused_rows + figures.dropped_rows, 0);
  EXPECT_EQ(figures.waiting_rows, 10);
  EXPECT_TRUE(std::filesystem::exists(file));
  const std::string lost = lost_sentence(figures, options);
  EXPECT_NE(lost.find("10 rows left in " + folder), std::string::npos) << lost;
}

TEST(ClusterSink, WhatCannotBeLeftInTheSpoolIsTold) {
  const std::string folder = scratch_path("lost-spool");
  ClusterSinkOptions options = options_for(unused_port());
  options.spool_folder = folder;
  options.patience_ns = 100 * kMillisecond;
  ClusterSink sink(options);
  ASSERT_EQ(sink.begin(), "");
  EXPECT_TRUE(sink.put(batch_of(0, 10)));
  std::filesystem::remove_all(folder);
  std::ofstream(folder) << "in its place";
  const ClusterSinkFigures figures = sink.finish();
  EXPECT_EQ(figures.waiting_rows, 0);
  EXPECT_EQ(figures.dropped_rows, 10);
  const std::string lost = lost_sentence(figures, options);
  EXPECT_NE(lost.find("10 rows dropped"), std::string::npos) << lost;
  EXPECT_NE(lost.find("cannot be written"), std::string::npos) << lost;
}

}  // namespace
}  // namespace sipladder::cluster_sink_test
