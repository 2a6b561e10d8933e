// Bytes of a capture that can no longer be read are counted, reported once with the reason, and
// marked in their row. Nothing is concluded from them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "export/ladder.h"
#include "query/database.h"
#include "query/session.h"
#include "tests/support/capture_bytes.h"
#include "tests/support/invariants.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::unreadable_test {
namespace {

namespace fs = std::filesystem;

class Unreadable : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = scratch_path("unreadable.pcap");
    fs::copy_file(root_path("samples/ack-missing.pcap"), path_,
                  fs::copy_options::overwrite_existing);
  }
  void TearDown() override { fs::remove(path_); }

  void open() {
    std::vector<std::string> errors;
    auto source = open_captures({path_}, {}, session_.log, &errors);
    ASSERT_NE(source, nullptr);
    session_.set_source(std::move(source));
    session_.run();
  }
  // Without its last 40 %, as another program would cut it.
  void cut() const { fs::resize_file(path_, fs::file_size(path_) * 6 / 10); }

  int64_t number(const std::string& sql) {
    Reader reader(session_.model, session_.log, session_.analyst);
    Database database(reader);
    int64_t result = -1;
    EXPECT_EQ(database.run(
                  sql, [](const auto&) {},
                  [&](const std::vector<Value>& row) {
                    result = row[0].integer;
                    return true;
                  }),
              "");
    return result;
  }

  std::string path_;
  Session session_;
};

TEST_F(Unreadable, RowsSayItAndNothingIsFoundInThem) {
  open();
  ASSERT_GT(number("SELECT count(*) FROM findings WHERE severity='error'"), 0);
  ASSERT_EQ(session_.log.trouble(), "");
  Session& read = session_;
  Session again;
  std::vector<std::string> errors;
  auto source = open_captures({path_}, {}, again.log, &errors);
  again.set_source(std::move(source));
  again.run();
  cut();
  Reader reader(again.model, again.log, again.analyst);
  Database database(reader);
  int lost = 0, whole = 0;
  EXPECT_EQ(database.run(
                "SELECT malformed, raw, call_id, status, vias FROM messages", [](const auto&) {},
                [&](const std::vector<Value>& row) {
                  const bool gone = row[0].text == "bytes no longer readable";
                  const bool null = row[1].type == Value::Type::null;
                  EXPECT_EQ(gone, null);
                  EXPECT_EQ(gone, row[2].type == Value::Type::null);
                  EXPECT_EQ(gone, row[4].type == Value::Type::null);
                  (gone ? lost : whole)++;
                  return true;
                }),
            "");
  EXPECT_GT(lost, 0);
  EXPECT_GT(whole, 0);
  EXPECT_EQ(again.log.unreadable(), static_cast<uint64_t>(lost));
  EXPECT_NE(again.log.trouble().find(path_ + ": the file has been cut to"), std::string::npos)
      << again.log.trouble();
  EXPECT_TRUE(again.analyst.of(CallId{1}).findings.empty());
  for (const Finding* finding : again.analyst.all()) EXPECT_FALSE(finding->call == CallId{1});
  EXPECT_EQ(broken_invariants(again), std::vector<std::string>());
  LadderOptions options;
  const Ladder ladder = build_ladder({again.model, again.log, again.analyst, {CallId{1}}}, options);
  int marked = 0;
  for (const LadderRow& row : ladder.rows)
    marked += row.label.find("bytes no longer readable") != std::string::npos ? 1 : 0;
  EXPECT_EQ(marked, lost);
  // What was judged before stays.
  EXPECT_FALSE(read.analyst.of(CallId{1}).findings.empty());
}

TEST_F(Unreadable, AFileWrittenAnewIsNoMessage) {
  open();
  std::string bytes(fs::file_size(path_), 'x');
  std::ofstream(path_, std::ios::binary | std::ios::in) << bytes;
  EXPECT_EQ(number("SELECT count(*) FROM messages WHERE raw IS NULL"),
            int64_t{session_.model.messages.size()});
  EXPECT_NE(session_.log.trouble().find("written anew"), std::string::npos)
      << session_.log.trouble();
}

TEST_F(Unreadable, ACaptureCutBetweenTwoPacketsWhileItIsReadIsDamaged) {
  using namespace build;
  std::string bytes = pcap_header();
  for (uint32_t i = 0; i < 3000; i++) bytes += pcap_packet(i, 0, std::string(1000, 'a'));
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  std::vector<std::string> errors;
  const auto source = open_captures({path_}, {}, session_.log, &errors);
  Packet packet;
  ASSERT_EQ(source->next(&packet), ReadResult::packet);
  fs::resize_file(path_, 24 + 1016 * 2000);
  ReadResult result = ReadResult::packet;
  while (result != ReadResult::end) result = source->next(&packet);
  EXPECT_EQ(source->infos()[0]->packets, 2000U);
  EXPECT_NE(source->infos()[0]->damage.find("cut while it was read"), std::string::npos)
      << source->infos()[0]->damage;
}

// A prompt that has shown its first answer has read the capture.
class Prompt {
 public:
  explicit Prompt(const std::string& capture) {
    int in[2], out[2];
    EXPECT_EQ(pipe(in), 0);
    EXPECT_EQ(pipe(out), 0);
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      dup2(out[1], STDERR_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      execl(SIPLADDER_BINARY, SIPLADDER_BINARY, "sql", capture.c_str(), "--format", "csv", nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = in[1];
    from_ = out[0];
  }
  void ask(const std::string& query) const {
    EXPECT_EQ(write(to_, query.data(), query.size()), static_cast<ssize_t>(query.size()));
  }
  std::string read_until(const std::string& text) const {
    std::string got;
    char c = 0;
    while (got.find(text) == std::string::npos && read(from_, &c, 1) == 1) got += c;
    return got;
  }
  // The rest of its output.
  std::string end(int* status) const {
    close(to_);
    const std::string rest = read_until(std::string(1, '\0'));
    close(from_);
    waitpid(child_, status, 0);
    *status = WEXITSTATUS(*status);
    return rest;
  }

 private:
  pid_t child_ = 0;
  int to_ = -1, from_ = -1;
};

TEST_F(Unreadable, TheProgramTellsItAndEndsWithThree) {
  const Prompt prompt(path_);
  prompt.ask("SELECT 'ready' AS x;\n");
  EXPECT_NE(prompt.read_until("ready\n").find("ready"), std::string::npos);
  cut();
  prompt.ask("SELECT count(*) AS n FROM messages WHERE malformed='bytes no longer readable';\n");
  int status = 0;
  const std::string out = prompt.end(&status);
  EXPECT_EQ(status, 3) << out;
  EXPECT_NE(out.find("the file has been cut to"), std::string::npos) << out;
  EXPECT_NE(out.find("can no longer be read"), std::string::npos) << out;
}

TEST_F(Unreadable, OtherwiseThereIsNothingToTell) {
  const RunResult result = run_binary({"messages", path_, "--columns", "malformed,raw"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace sipladder::unreadable_test
