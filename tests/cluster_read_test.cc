// Rows of captures for a cluster, and a cluster as a source: a server in this process says what
// ClickHouse says.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "capture/cluster_client.h"
#include "query/cluster_tables.h"
#include "tests/support/http_server.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::cluster_read_test {
namespace {

constexpr const char* kVersion = "version()\nString\n18.16.1\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is_insert(const HttpAsked& asked) {
  return asked.parameters.contains("query");
}

std::string url_of(const HttpServerThread& server) {
  return "clickhouse://reader:s3cret@127.0.0.1:" + std::to_string(server.port()) + "/sip";
}

// What a cell is in TabSeparated.
std::string cell(const std::string& text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '\n':
        made += "\\n";
        break;
      case '\r':
        made += "\\r";
        break;
      case '\t':
        made += "\\t";
        break;
      case '\0':
        made += "\\0";
        break;
      case '\\':
        made += "\\\\";
        break;
      default:
        made += c;
    }
  }
  return made;
}

std::string invite(const std::string& from) {
  return "INVITE sip:bob@198.51.100.5 SIP/2.0\r\nVia: SIP/2.0/UDP "
         "192.0.2.1:5060;branch=z9hG4bKa\r\n"
         "From: <sip:" +
         from +
         "@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: c'1\r\n"
         "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:alice@192.0.2.1>\r\n"
         "Content-Length: 0\r\n\r\n";
}

std::string message_row(const std::string& probe, int64_t time_ns, const std::string& transport,
                        const std::string& raw) {
  return probe + "\t" + std::to_string(time_ns) + "\t" + transport +
         "\t192.0.2.1\t5060\t198.51.100.5\t5060\t" + cell(raw) + "\t0\n";
}
constexpr const char* kMessageHead =
    "probe\ttime_ns\ttransport\tsrc\tsrc_port\tdst\tdst_port\traw\tinferred\n"
    "String\tInt64\tNullable(String)\tNullable(String)\tNullable(UInt16)\tNullable(String)\t"
    "Nullable(UInt16)\tNullable(String)\tNullable(Int64)\n";

// Says that there is one call, seen by two probes.
HttpGiven answer_with_a_call(const HttpAsked& asked, const std::string& rows) {
  if (has(asked.body, "FROM messages FINAL")) return {200, kMessageHead + rows};
  if (has(asked.body, "SELECT call_id, min(start_ns), max(end_ns) FROM calls"))
    return {200,
            "call_id\ta\tb\nString\tNullable(Int64)\tNullable(Int64)\nc'1\t1700000000000000000\t"
            "1700100000000000000\n"};
  return {400, "Code: 62, e.displayText() = DB::Exception: Syntax error, e.what() = x"};
}

TEST(ClusterTables, AreThoseOfTheSchema) {
  ASSERT_EQ(cluster_tables().size(), tables().size());
  for (size_t i = 0; i < tables().size(); i++) {
    const ClusterTable& table = cluster_tables()[i];
    EXPECT_EQ(table.table, tables()[i]);
    for (const std::string& key : table.keys)
      EXPECT_NE(find_column(*table.table, key), nullptr) << table.table->name << "." << key;
    if (!table.time.empty()) {
      EXPECT_NE(find_column(*table.table, table.time), nullptr) << table.time;
    }
  }
}

TEST(ClusterExport, SendsTheRowsOfEveryTableWithIdsThatJoin) {
  const HttpServerThread server([](const HttpAsked& asked) {
    return is_insert(asked) ? HttpGiven{200, ""} : HttpGiven{200, kVersion};
  });
  const RunResult result = run_binary(
      {"export", "-o", url_of(server), "--probe", "p\"1", root_path("samples/two-way.pcap")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(has(result.out, "rows stored at clickhouse://reader@127.0.0.1")) << result.out;
  EXPECT_FALSE(has(result.out + result.err, "s3cret"));
  std::map<std::string, std::string> rows;
  for (const HttpAsked& asked : server.asked()) {
    if (is_insert(asked)) rows[asked.parameters.at("query")] += asked.body;
  }
  const std::string calls = rows["INSERT INTO `sip`.`calls` FORMAT JSONEachRow"];
  const std::string messages = rows["INSERT INTO `sip`.`messages` FORMAT JSONEachRow"];
  EXPECT_EQ(lines_of(calls).size(), 1);
  EXPECT_EQ(lines_of(messages).size(), 7);
  EXPECT_TRUE(has(calls, "{\"probe\":\"p\\\"1\",\"id\":")) << calls;
  EXPECT_TRUE(has(calls, "\"call_kind\":\"call\",\"day\":\"2026-11-21\"")) << calls;
  const std::string id =
      calls.substr(calls.find("\"id\":") + 5, calls.find(",\"kind") - calls.find("\"id\":") - 5);
  for (const std::string& line : lines_of(messages))
    EXPECT_TRUE(has(line, "\"call\":" + id + ",")) << line;
  EXPECT_TRUE(
      has(messages, "\"raw\":\"INVITE sip:dave@192.0.2.51;transport=udp SIP/2.0\\u000d\\u000aVia"));
  // The same again has the same ids; of another probe it has others.
  const auto ids_of = [&](const std::string& probe) {
    const size_t before = server.asked().size();
    run_binary({"export", "-o", url_of(server), "--probe", probe, "--tables", "messages",
                root_path("samples/two-way.pcap")});
    std::set<std::string> ids;
    const auto asked = server.asked();
    for (size_t i = before; i < asked.size(); i++) {
      for (const std::string& line : lines_of(asked[i].body)) {
        if (const size_t at = line.find("\"id\":"); at != std::string::npos)
          ids.insert(line.substr(at, line.find(',', at) - at));
      }
    }
    return ids;
  };
  const auto first = ids_of("p\"1"), again = ids_of("p\"1"), other = ids_of("p2");
  EXPECT_EQ(first.size(), 7);
  EXPECT_EQ(first, again);
  for (const std::string& one : other) EXPECT_FALSE(first.contains(one));
  for (const std::string& one : first) EXPECT_TRUE(has(messages, one)) << one;
}

TEST(ClusterExport, SessionsOfARelayKeepTheirCallIdWithoutTheirCall) {
  const std::string path = write_flow(scratch_path("relay-alone.pcap"),
                                      R"(host proxy 192.0.2.101 9999
host relay 192.0.2.102 22222
0.000 proxy > relay raw
    4_1 d3:sdp42:c=IN IP4 192.0.2.7
    m=audio 4000 RTP/AVP 07:call-id9:alone@one8:from-tag4:here7:command5:offere
0.010 relay > proxy raw
    4_1 {"sdp":"c=IN IP4 192.0.2.8\nm=audio 30000 RTP\/AVP 0\n","result":"ok"}
)");
  const HttpServerThread server([](const HttpAsked& asked) {
    return is_insert(asked) ? HttpGiven{200, ""} : HttpGiven{200, kVersion};
  });
  const RunResult result =
      run_binary({"export", "-o", url_of(server), "--tables", "relay_sessions", path});
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string rows = server.asked().back().body;
  ASSERT_EQ(lines_of(rows).size(), 2) << rows;
  for (const std::string& row : lines_of(rows)) {
    EXPECT_TRUE(has(row, "\"call_id\":\"alone@one\",\"call_kind\":\"\"")) << row;
    EXPECT_FALSE(has(row, "\"call\":")) << row;
  }
}

// A ring is sent by a process of its own, which the mark in the folder tells where to go on.
TEST(ClusterExport, ARingIsSentAsItGrows) {
  std::atomic<bool> away{true};
  const HttpServerThread server([&](const HttpAsked& asked) {
    if (away) return HttpGiven{400, "Code: 60. DB::Exception: Table sip.calls doesn't exist"};
    return is_insert(asked) ? HttpGiven{200, ""} : HttpGiven{200, kVersion};
  });
  const std::string ring = scratch_path("sink-ring");
  const auto capture = [&] {
    return run_binary({"capture", root_path("samples/two-way.pcap"), "-q", "-w", ring, "--sink",
                       url_of(server), "--probe", "east"});
  };
  const auto calls_stored = [&] {
    size_t count = 0;
    for (const HttpAsked& asked : server.asked())
      if (is_insert(asked) && has(asked.parameters.at("query"), "`calls`"))
        count += has(asked.body, "\"probe\":\"east\"") ? 1 : 0;
    return count;
  };
  const RunResult failed = capture();
  EXPECT_EQ(failed.status, 4) << failed.err;
  EXPECT_TRUE(has(failed.err, "--sink: ")) << failed.err;
  EXPECT_FALSE(has(failed.err, "s3cret")) << failed.err;
  EXPECT_FALSE(std::filesystem::exists(ring + "/sipladder.sent"));
  away = false;
  const size_t before = calls_stored();
  const RunResult stored = capture();  // all of the ring: nothing had been stored
  EXPECT_EQ(stored.status, 0) << stored.err;
  EXPECT_EQ(calls_stored(), before + 1);
  EXPECT_TRUE(std::filesystem::exists(ring + "/sipladder.sent"));
  // What comes later may have times from long before the last run, and is sent all the same.
  const RunResult again = capture();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(calls_stored(), before + 2);
  std::filesystem::remove_all(ring);
}

TEST(ClusterExport, ASinkNeedsARing) {
  const std::string url = "clickhouse://127.0.0.1:1/sip";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"-w", "x.pcap", "--sink", url},
                                             {"-w", "x", "--sink", "http://x/y"},
                                             {"-w", "x", "--sink-every", "5m"},
                                             {"-w", "x", "--sink", url, "--sink-every", "2d"},
                                             {"--hep", "127.0.0.1:9", "--sink", url}}) {
    std::vector<std::string> all{"capture", root_path("samples/two-way.pcap")};
    all.insert(all.end(), words.begin(), words.end());
    const RunResult result = run_binary(all);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_TRUE(has(result.err, "sink") || has(result.err, "write clickhouse://")) << result.err;
  }
}

TEST(ClusterExport, EndsWith4AndASentenceWhenTheServerIsAway) {
  std::string url;
  {
    const HttpServerThread server([](const HttpAsked&) { return HttpGiven{}; });
    url = url_of(server);
  }
  const RunResult result =
      run_binary({"export", "-o", url, "--sink-wait", "0", root_path("samples/two-way.pcap")});
  EXPECT_EQ(result.status, 4);
  EXPECT_TRUE(has(result.err, "not all is stored")) << result.err;
  EXPECT_FALSE(has(result.out + result.err, "s3cret"));
}

TEST(ClusterExport, WrongOptionsAreToldWithoutThePassword) {
  const std::string sample = root_path("samples/two-way.pcap");
  const std::string url = "clickhouse://u:s3cret@h/db";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"export", "-o", "clickhouse://u:s3cret@h", sample},
                                             {"export", "-o", url, "--comments", sample},
                                             {"export", "-o", url, "--tables", "nothing", sample},
                                             {"export", "-o", "x.csv", "--probe", "p", sample},
                                             {"ladder", url, sample},
                                             {"sql", url},
                                             {"redact", url, "out.pcap"},
                                             {"compare", url, sample},
                                             {"messages", url, "--follow"},
                                             {"calls", "clickhouse://u:s3cret@h"}}) {
    const RunResult result = run_binary(words);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_NE(result.err, "");
    EXPECT_FALSE(has(result.out + result.err, "s3cret")) << result.err;
  }
}

TEST(ClusterSource, SqlIsAnsweredByTheServer) {
  const HttpServerThread server([](const HttpAsked& asked) {
    if (asked.body != "SELECT 1 AS n")
      return HttpGiven{400, "Code: 62. DB::Exception: Syntax error (SYNTAX_ERROR)"};
    return HttpGiven{200,
                     "n\tx\ttext\nUInt64\tNullable(Float64)\tLowCardinality(Nullable(String))\n"
                     "18446744073709551615\t1.5\ta\\tb\\\\n\\0\n7\t\\N\t\\N\n"};
  });
  const RunResult result = run_binary({"sql", url_of(server), "SELECT 1 AS n", "--format", "json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out,
            "[\n{\"n\":\"18446744073709551615\",\"x\":1.500,\"text\":\"a\\u0009b\\\\n\\u0000\"},\n"
            "{\"n\":7,\"x\":null,\"text\":null}\n]\n");
  EXPECT_EQ(server.asked().front().parameters.at("readonly"), "2");
  const RunResult wrong = run_binary({"sql", url_of(server), "SELECT 2 AS n"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(has(wrong.err, "reader@127.0.0.1")) << wrong.err;
  EXPECT_TRUE(has(wrong.err, "Syntax error")) << wrong.err;
  EXPECT_FALSE(has(wrong.err, "s3cret"));
}

TEST(ClusterSource, AStatementWithoutRowsIsNoError) {
  const HttpServerThread server([](const HttpAsked& asked) {
    if (asked.body == "KILL QUERY WHERE 0") return HttpGiven{200, ""};
    return HttpGiven{200, "n\tx\nUInt64\tUInt64\n1\t2\n\n0\t3\n"};
  });
  const RunResult nothing = run_binary({"sql", url_of(server), "KILL QUERY WHERE 0"});
  EXPECT_EQ(nothing.status, 0) << nothing.err;
  EXPECT_EQ(nothing.out, "");
  // Totals come behind an empty line.
  const RunResult totals = run_binary({"sql", url_of(server), "SELECT 1", "--format", "csv"});
  EXPECT_EQ(totals.status, 0) << totals.err;
  EXPECT_EQ(totals.out, "n,x\n1,2\n0,3\n");
}

TEST(ClusterSource, ASignalLeavesNoFiles) {
  const std::filesystem::path folder = scratch_folder() / "fetched";
  std::filesystem::create_directory(folder);
  const HttpServerThread server([](const HttpAsked& asked) {
    if (!has(asked.body, "FROM messages FINAL"))
      return HttpGiven{200, "call_id\ta\tb\nString\tInt64\tInt64\nx\t1\t2\n"};
    return HttpGiven{200, kMessageHead, false, 3000};
  });
  static std::string tmpdir;
  tmpdir = folder.string();
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t child = start_binary({"ladder", url_of(server), "--call-id", "x"}, nowhere, nowhere,
                                   [] { setenv("TMPDIR", tmpdir.c_str(), 1); });
  for (int tries = 0; server.asked().size() < 2 && tries < 1000; tries++) usleep(10'000);
  EXPECT_FALSE(std::filesystem::is_empty(folder));
  kill(child, SIGTERM);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  close(nowhere);
  std::filesystem::remove_all(folder);
}

TEST(ClusterSource, TextsInConditionsStayTexts) {
  const HttpServerThread server([](const HttpAsked&) {
    return HttpGiven{200, "probe\tid\nString\tUInt64\n"};
  });
  const RunResult result =
      run_binary({"calls", url_of(server), "--call-id", "x') OR 1=1 -- \\", "--from",
                  "2026-01-02T00:00:00Z", "--where", "state='failed'", "--limit", "5"});
  EXPECT_EQ(result.status, 0) << result.err;
  const std::string sql = server.asked().front().body;
  EXPECT_TRUE(has(sql,
                  "call_id = 'x\\x27) OR 1=1 -- \\x5c' AND end_ns >= 1767312000000000000 AND "
                  "(state='failed'\n)"))
      << sql;
  EXPECT_TRUE(has(sql, "FROM calls FINAL")) << sql;
  EXPECT_TRUE(sql.ends_with("LIMIT 5")) << sql;
  EXPECT_EQ(cluster_string(std::string("a\n\xff\0", 4)), "'a\\x0a\\xff\\x00'");
}

TEST(ClusterSource, ACallOfTwoProbesIsOneLadderOfTwoPoints) {
  const std::string rows =
      message_row("east", 1'700'000'000'000'000'000, "udp", invite("alice")) +
      message_row("east", 1'700'000'000'100'000'000, "udp",
                  "SIP/2.0 100 X\r\n" + invite("alice").substr(invite("alice").find("Via"))) +
      message_row("west", 1'700'000'000'001'000'000, "udp", invite("alice"));
  const HttpServerThread server(
      [&](const HttpAsked& asked) { return answer_with_a_call(asked, rows); });
  const RunResult result = run_binary({"ladder", url_of(server), "--call-id", "c'1"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(has(result.out, "sip east\n")) << result.out;
  EXPECT_TRUE(has(result.out, "sip west\n")) << result.out;
  EXPECT_TRUE(has(result.out, "INVITE (dup)")) << result.out;
  EXPECT_FALSE(has(result.out, "s3cret"));
  // The Call-ID that came from the network stands in the query as a text.
  EXPECT_TRUE(has(server.asked().back().body,
                  "call_id IN ('c\\x271') AND day >= toDate(toDateTime(1699913600, 'UTC')) AND "
                  "day <= toDate(toDateTime(1700186400, 'UTC'))"))
      << server.asked().back().body;
}

TEST(ClusterSource, WhatWasFetchedIsByteByByteWhatWasStored) {
  const std::string raw = invite("al\xff\\ice") + "\t\n";
  const std::string rows = message_row("east", 1'700'000'000'000'000'000, "tcp", raw);
  const HttpServerThread server(
      [&](const HttpAsked& asked) { return answer_with_a_call(asked, rows); });
  const std::string saved = scratch_path("fetched.db");
  ASSERT_EQ(run_binary({"export", "-o", saved, url_of(server)}).status, 0);
  const RunResult result =
      run_binary({"sql", saved, "SELECT hex(raw), transport FROM messages", "--format", "csv"});
  std::string hex;
  for (const char c : invite("al\xff\\ice")) {
    char two[3];
    std::snprintf(two, sizeof two, "%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    hex += two;
  }
  EXPECT_TRUE(has(result.out, hex)) << result.out;
  EXPECT_TRUE(has(result.out, ",tcp")) << result.out;
}

TEST(ClusterSource, AServerOfTheClusterThatIsAwayIsTold) {
  const HttpServerThread server([](const HttpAsked& asked) {
    if (!asked.parameters.contains("skip_unavailable_shards"))
      return HttpGiven{500,
                       "Code: 279, e.displayText() = DB::NetException: All connection tries "
                       "failed. Log: x, e.what() = y"};
    return HttpGiven{200, "id\nUInt64\n5\n"};
  });
  const RunResult result =
      run_binary({"calls", url_of(server), "--columns", "id", "--format", "csv"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "id\n5\n");
  EXPECT_TRUE(has(result.err, "is missing: All connection tries failed")) << result.err;
}

TEST(ClusterSource, ACallThatNobodyHasIsNoError) {
  const HttpServerThread server([](const HttpAsked&) {
    return HttpGiven{200, "call_id\ta\tb\nString\tInt64\tInt64\n"};
  });
  const RunResult result = run_binary({"ladder", url_of(server), "--call-id", "nobody"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(has(result.err, "no call matches")) << result.err;
}

TEST(ClusterSource, AnAnswerThatIsNoTableIsAnError) {
  std::string wide(4096, '\t'), wide_types = "String";
  for (int i = 0; i < 4096; i++) wide_types += "\tString";
  for (const std::string& text :
       {std::string(), std::string("Welcome"), std::string("<html>\n<body>\nSign in\n"),
        std::string("id\n"), std::string("id\tx\nUInt64\n"), std::string("id\nUInt64\n1\n2\t3\n"),
        std::string("id\nUInt64\n1\n2"), wide + "\n" + wide_types + "\n"}) {
    const HttpServerThread server([&](const HttpAsked&) { return HttpGiven{200, text}; });
    for (const char* command : {"calls", "ladder"}) {
      const RunResult result = run_binary({command, url_of(server)});
      EXPECT_EQ(result.status, 3) << text;
      EXPECT_TRUE(has(result.err, "the answer is no table")) << text << result.err;
    }
  }
  // A table, and not the one that was asked for.
  const HttpServerThread other([](const HttpAsked&) {
    return HttpGiven{200, "call_id\nString\nx\n"};
  });
  const RunResult result = run_binary({"ladder", url_of(other)});
  EXPECT_EQ(result.status, 3);
  EXPECT_TRUE(has(result.err, "the answer is no table")) << result.err;
}

TEST(ClusterSource, TimesThatNoClockHasAreKeptInBounds) {
  const HttpServerThread server([](const HttpAsked& asked) {
    if (has(asked.body, "FROM messages FINAL")) return HttpGiven{200, kMessageHead};
    return HttpGiven{200,
                     "call_id\ta\tb\nString\tInt64\tInt64\nx\t-9223372036854775808\t"
                     "9223372036854775807\n"};
  });
  run_binary({"ladder", url_of(server)});
  EXPECT_TRUE(has(server.asked().back().body,
                  "day >= toDate(toDateTime(0, 'UTC')) AND day <= "
                  "toDate(toDateTime(4600086400, 'UTC'))"))
      << server.asked().back().body;
}

TEST(ClusterSource, AnAnswerThatIsCutIsAnError) {
  const HttpServerThread server([](const HttpAsked&) {
    HttpGiven given;
    given.cut = true;
    return given;
  });
  const RunResult result = run_binary({"calls", url_of(server)});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err, "");
}

}  // namespace
}  // namespace sipladder::cluster_read_test
