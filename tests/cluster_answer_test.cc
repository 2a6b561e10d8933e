// What a URL of a cluster says, and what an answer of its server means.
#include <gtest/gtest.h>

#include "capture/cluster_client.h"

namespace sipladder::cluster_answer_test {
namespace {

TEST(ClusterUrl, IsReadAndNeverShowsItsPassword) {
  ClusterUrl url;
  ASSERT_EQ(parse_cluster_url("clickhouse://ann:a%40b:c@[2001:db8::1]:9123/sip", &url), "");
  EXPECT_EQ(url.server.user, "ann");
  EXPECT_EQ(url.server.password, "a@b:c");
  EXPECT_EQ(url.server.host, "2001:db8::1");
  EXPECT_EQ(url.server.port, 9123);
  EXPECT_EQ(url.database, "sip");
  ASSERT_EQ(parse_cluster_url("clickhouse://db.example.com/sip?secure", &url), "");
  EXPECT_TRUE(url.server.secure);
  EXPECT_EQ(url.server.port, 8443);
  for (const char* wrong :
       {"clickhouse://u:pa/ss@h", "clickhouse://u:pass@h", "clickhouse://u:pass@h:x/db",
        "clickhouse://u:pass@/db", "clickhouse://u:pass@h/d`b", "clickhouse://u:pass%0d%0aX:1@h/db",
        "clickhouse://u:pass@h/db?pass", "clickhouse://u:pass@h:99999/db"}) {
    const std::string sentence = parse_cluster_url(wrong, &url);
    EXPECT_NE(sentence, "") << wrong;
    EXPECT_EQ(sentence.substr(0, sentence.find(": write")).find("pa"),
              std::string_view(wrong).ends_with("?pass") ? sentence.find("pa") : std::string::npos)
        << sentence;
  }
}

TEST(ClusterAnswer, IsUnderstoodOfOldAndNewServers) {
  using Kind = ClusterAnswer::Kind;
  EXPECT_EQ(cluster_answer({200, ""}).kind, Kind::done);
  EXPECT_EQ(cluster_answer({0, "Connection refused"}).kind, Kind::away);
  EXPECT_EQ(cluster_answer({500, "Code: 279. DB::NetException: All connection tries failed."}).kind,
            Kind::away);
  EXPECT_EQ(cluster_answer({502, "<html>"}).kind, Kind::away);
  EXPECT_EQ(
      cluster_answer({500, "Code: 252, e.displayText() = DB::Exception: Too many parts (300)"})
          .kind,
      Kind::away);
  for (const int status : {408, 425, 429})
    EXPECT_EQ(cluster_answer({status, ""}).kind, Kind::away) << status;
  EXPECT_EQ(cluster_answer({413, ""}).kind, Kind::refused);
  EXPECT_EQ(
      cluster_answer({500, "Code: 193, e.displayText() = DB::Exception: Wrong password"}).kind,
      Kind::unknown);
  const ClusterAnswer refused = cluster_answer(
      {404, "Code: 62. DB::Exception: Syntax error: failed at 1. (SYNTAX_ERROR) (version 24.8)"});
  EXPECT_EQ(refused.kind, Kind::refused);
  EXPECT_EQ(refused.code, 62);
  EXPECT_EQ(refused.sentence, "Syntax error: failed at 1. (SYNTAX_ERROR)");
}

}  // namespace
}  // namespace sipladder::cluster_answer_test
