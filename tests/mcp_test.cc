// `mcp`: what an agent asks and gets, line by line.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::mcp_test {
namespace {

namespace fs = std::filesystem;

class Mcp : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = scratch_path("mcp");
    fs::create_directories(root_);
    fs::copy_file(root_path("samples/one-way-nat.pcap"), root_ + "/a.pcap",
                  fs::copy_options::overwrite_existing);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::vector<std::string> ask(const std::string& lines) {
    const RunResult result = run_binary({"mcp", "--root", root_}, lines);
    EXPECT_EQ(result.status, 0) << result.err;
    return lines_of(result.out);
  }
  std::string call(const std::string& tool, const std::string& arguments) {
    const auto answers = ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" +
                             tool + R"(","arguments":)" + arguments + "}}\n");
    return answers.size() == 1 ? answers.front() : "no answer";
  }

  std::string root_;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Mcp, SaysWhatItIs) {
  const auto answers = ask(
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05"}})"
      "\n"
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
      "\n\n"
      R"({"jsonrpc":"2.0","id":"two","method":"tools/list"})"
      "\n"
      R"({"jsonrpc":"2.0","id":3,"method":"ping"})");
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_TRUE(has(answers[0], R"("protocolVersion":"2024-11-05")")) << answers[0];
  for (const char* tool : {"overview", "findings", "calls", "call", "ladder", "sql"})
    EXPECT_TRUE(has(answers[1], std::string("{\"name\":\"") + tool + "\"")) << answers[1];
  EXPECT_EQ(answers[2], R"({"jsonrpc":"2.0","id":3,"result":{}})");
}

TEST_F(Mcp, AnswersEachTool) {
  EXPECT_TRUE(has(call("overview", R"({"file":"a.pcap"})"), "audio-private-address"));
  EXPECT_TRUE(has(call("findings", R"({"file":"a.pcap"})"), "severity"));
  EXPECT_TRUE(
      has(call("findings", R"({"file":"a.pcap","call":2,"where":"severity='error'"})"), "1 rows"));
  EXPECT_TRUE(has(call("calls", R"({"file":"a.pcap","limit":1})"), "call_id"));
  EXPECT_TRUE(has(call("call", R"({"file":"a.pcap","call":2})"), "INVITE"));
  EXPECT_TRUE(has(call("ladder", R"({"file":"a.pcap","call":"2"})"), "INVITE"));
  const std::string absolute = R"({"file":")" + root_ + R"(/a.pcap","query":"SELECT 6*7 AS n"})";
  EXPECT_TRUE(has(call("sql", absolute), R"({\"n\":42})")) << call("sql", absolute);
}

TEST_F(Mcp, ReadsNothingOutsideOfItsRoot) {
  const std::string outside = root_path("samples/busy.pcap");
  fs::create_symlink(outside, root_ + "/link.pcap");
  fs::create_directory_symlink(root_path("samples"), root_ + "/folder");
  for (const std::string& file : {outside, std::string("../mcp/../x"), std::string("link.pcap"),
                                  std::string("folder/busy.pcap"), std::string("folder"),
                                  std::string("."), std::string("/etc/passwd"), std::string("-"),
                                  std::string("hep:127.0.0.1:9060"), std::string()}) {
    const std::string answer = call("overview", R"({"file":")" + file + R"("})");
    EXPECT_TRUE(has(answer, R"("isError":true)")) << file << " " << answer;
    EXPECT_FALSE(has(answer, "root:")) << answer;
  }
  EXPECT_TRUE(
      has(call("sql", R"({"file":"a.pcap","query":"DELETE FROM calls"})"), R"("isError":true)"));
  EXPECT_TRUE(
      has(call("sql", R"({"file":"a.pcap","query":"ATTACH '/tmp/x' AS y"})"), R"("isError":true)"));
}

TEST_F(Mcp, SaysWhatIsWrong) {
  EXPECT_TRUE(has(ask("no json\n").at(0), "-32700"));
  EXPECT_TRUE(has(ask("[]\n").at(0), "-32600"));
  EXPECT_TRUE(has(ask(R"({"jsonrpc":"2.0","id":{},"method":"ping"})").at(0), "-32600"));
  EXPECT_TRUE(has(ask(R"({"jsonrpc":"2.0","id":1,"method":"delete"})").at(0), "-32601"));
  EXPECT_TRUE(has(call("shell", R"({"file":"a.pcap"})"), "-32602"));
  EXPECT_TRUE(has(call("call", R"({"file":"a.pcap","call":-1})"), "-32602"));
  EXPECT_TRUE(has(call("call", R"({"file":"a.pcap","call":999})"), R"("isError":true)"));
  EXPECT_TRUE(has(call("ladder", R"({"file":"a.pcap"})"), "`call` is missing"));
  EXPECT_TRUE(has(ask(std::string(100'000, '[') + "\n").at(0), "-32700"));
  EXPECT_TRUE(has(ask(std::string(2 << 20, 'x') + "\n").at(0), "more than 1 MiB"));
  EXPECT_EQ(run_binary({"mcp", "--root", "/nowhere"}).status, 2);
}

TEST_F(Mcp, AnswersABatchInOneLine) {
  const auto answers =
      ask(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"told"},)"
          R"({"jsonrpc":"2.0","id":2,"method":"none"},7])"
          "\n"
          R"([{"jsonrpc":"2.0","method":"told"}])"
          "\n[]\n");
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(
      answers[0],
      R"([{"jsonrpc":"2.0","id":1,"result":{}},)"
      R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"there is no such method"}},)"
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a request is an object"}}])");
  EXPECT_TRUE(has(answers[1], "-32600")) << answers[1];
}

TEST_F(Mcp, TheAnswersOfABatchHaveABound) {
  const std::string one =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sql",)"
      R"("arguments":{"file":"a.pcap","query":"SELECT hex(zeroblob(290000)) AS x"}}})";
  std::string batch = "[" + one;
  for (int i = 0; i < 9; i++) batch += "," + one;
  const auto answers = ask(batch + "]\n");
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_GT(answers[0].size(), 1U << 20);
  EXPECT_LT(answers[0].size(), 4U << 20);
  EXPECT_TRUE(has(answers[0], "-32000"));
}

TEST_F(Mcp, NoAnswerIsTooLong) {
  const std::string answer =
      call("sql", R"({"file":"a.pcap","query":"SELECT printf('%.*c', 9000, char(1)) AS x FROM )"
                  R"(messages a, messages b, messages c"})");
  EXPECT_LT(answer.size(), size_t{4} << 20);
  EXPECT_TRUE(has(answer, "more do not fit"));
}

}  // namespace
}  // namespace sipladder::mcp_test
