// export -o NAME.db: opened again, it says what the capture said; sqlite3 reads its tables; and
// what was committed stays, whatever happens.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "capture/packet_block.h"
#include "query/table_description.h"
#include "tests/support/flow_pages.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::session_file_test {
namespace {

namespace fs = std::filesystem;
using Db = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

Db open_db_file(const std::string& path) {
  sqlite3* raw = nullptr;
  sqlite3_open(path.c_str(), &raw);
  return {raw, sqlite3_close};
}

std::string value_of(const Db& db, const std::string& sql) {
  std::string value;
  char* error = nullptr;
  sqlite3_exec(
      db.get(), sql.c_str(),
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) = values[0] == nullptr ? "NULL" : values[0];
        return 0;
      },
      &value, &error);
  EXPECT_EQ(error, nullptr) << sql << ": " << error;
  sqlite3_free(error);
  return value;
}

using Questions = std::vector<std::vector<std::string>>;

Questions all_questions() {
  Questions questions = {{"findings"},
                         {"nat"},
                         {"check"},
                         {"calls"},
                         {"ladder", "--sdp", "--raw", "--transactions"},
                         {"ladder", "--session", "--format", "json"}};
  for (const TableDescription* table : tables())
    questions.push_back({std::string(table->name), "--format", "ndjson", "--wide"});
  return questions;
}

// Every command must print the same for the saved session as for the captures.
void expect_equal(const std::string& db, const std::vector<std::string>& sources,
                  const Questions& questions) {
  for (std::vector<std::string> words : questions) {
    std::vector<std::string> saved = words;
    saved.push_back(db);
    words.insert(words.end(), sources.begin(), sources.end());
    const RunResult before = run_binary(words), after = run_binary(saved);
    EXPECT_EQ(before.out, after.out) << words.front() << " " << sources.front();
    EXPECT_EQ(before.status, after.status) << words.front() << " " << sources.front();
  }
}

void save_and_compare(const std::vector<std::string>& sources, int status = 0,
                      const Questions& questions = all_questions()) {
  const std::string db = scratch_path("saved.db");
  std::vector<std::string> words = {"export", "-o", db};
  words.insert(words.end(), sources.begin(), sources.end());
  const RunResult saved = run_binary(words);
  EXPECT_EQ(saved.status, status) << saved.err;
  EXPECT_FALSE(exists(db + "-wal"));
  expect_equal(db, sources, questions);
  fs::remove(db);
}

const Questions kFew = {
    {"findings"}, {"ladder", "--session", "--raw", "--format", "json"}, {"stats"}};

TEST(SessionFile, EveryCommandIsEqualWhenOpenedAgain) {
  save_and_compare({root_path("samples/one-way-nat.pcap")});
  save_and_compare({root_path("samples/register.pcapng")});
}

TEST(SessionFile, SamplesAreEqualWhenOpenedAgain) {
  for (const auto& entry : fs::directory_iterator(root_path("samples"))) {
    const std::string ending = entry.path().extension().string();
    // A session file has no keys: what is in TLS stays closed, unless they are given again.
    if (entry.path().stem() == "tls-call") continue;
    if (ending == ".pcap" || ending == ".pcapng")
      save_and_compare({entry.path().string()}, 0, kFew);
  }
}

// One flow of every tenth page, asked what rests on everything else.
TEST(SessionFile, FlowsAreEqualWhenOpenedAgain) {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::directory_iterator(root_path("tests/golden")))
    pages.push_back(entry.path());
  std::sort(pages.begin(), pages.end());
  ASSERT_GT(pages.size(), 50U);
  for (size_t i = 0; i < pages.size(); i += 10) {
    const auto flows = build::flows_of_page(pages[i]);
    if (flows.empty()) continue;
    const std::string path = write_flow(scratch_path("flow.pcap"), flows.back().script);
    save_and_compare({path}, 0, kFew);
    fs::remove(path);
  }
}

// Names of hosts that are too long for an address.
TEST(SessionFile, LogsAreEqualWhenOpenedAgain) {
  const std::string path = scratch_path("named.txt");
  std::ofstream(path) << "REGISTER sip:bell-tel.com SIP/2.0\nVia: SIP/2.0/UDP saturn.bell-tel.com\n"
                         "From: sip:watson@bell-tel.com\nTo: sip:watson@bell-tel.com\n"
                         "Call-ID: 70710@saturn.bell-tel.com\nCSeq: 1 REGISTER\n\n\n";
  EXPECT_NE(run_binary({"messages", path}).out.find("saturn.bell-tel.com"), std::string::npos);
  save_and_compare({path});
  fs::remove(path);
}

// Sources keep their names, frames and points; a saved session is one of several sources.
TEST(SessionFile, SeveralSourcesStaySeveral) {
  const std::string a = root_path("samples/one-way-nat.pcap"), b = root_path("samples/busy.pcap"),
                    c = root_path("samples/cancel.pcap");
  save_and_compare({a, b}, 0, kFew);
  const std::string db = scratch_path("one.db"), two = scratch_path("two.db");
  ASSERT_EQ(run_binary({"export", "-o", db, a}).status, 0);
  ASSERT_EQ(run_binary({"export", "-o", two, b, c}).status, 0);
  for (const char* command : {"calls", "findings", "ladder", "capture"})
    EXPECT_EQ(run_binary({command, a, b, c}).out, run_binary({command, db, two}).out) << command;
  fs::remove(db);
  fs::remove(two);
}

TEST(SessionFile, DamageOfTheCaptureIsKept) {
  const std::string path = scratch_path("cut.pcap");
  fs::copy_file(root_path("samples/two-way.pcap"), path, fs::copy_options::overwrite_existing);
  fs::resize_file(path, fs::file_size(path) - 7);
  save_and_compare({path}, 3, kFew);
  fs::remove(path);
}

TEST(SessionFile, PipedAndFilteredPacketsAreKept) {
  const std::string sample = root_path("samples/forked.pcap"), db = scratch_path("piped.db");
  std::stringstream bytes;
  bytes << std::ifstream(sample, std::ios::binary).rdbuf();
  ASSERT_EQ(run_binary({"export", "-o", db, "-"}, bytes.str()).status, 0);
  EXPECT_EQ(run_binary({"ladder", "-"}, bytes.str()).out, run_binary({"ladder", db}).out);
  ASSERT_EQ(run_binary({"export", "-o", db, "--bpf", "udp", sample}).status, 0);
  EXPECT_EQ(run_binary({"ladder", "--bpf", "udp", sample}).out, run_binary({"ladder", db}).out);
  fs::remove(db);
}

// As a capture of these calls alone, with the frames of the whole one.
TEST(SessionFile, ChosenCallsAlone) {
  const std::string path = write_flow(
      scratch_path("two.pcap"),
      "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
      "0.000 alice > bob OPTIONS sip:bob@example.com call=c1\n0.100 bob > alice 200 (OPTIONS)\n"
      "1.000 alice > bob OPTIONS sip:bob@example.com call=c2\n1.100 bob > alice 200 (OPTIONS)\n");
  const std::string db = scratch_path("chosen.db");
  const RunResult saved = run_binary({"export", "-o", db, "--call", "2", path});
  EXPECT_EQ(saved.status, 0) << saved.err;
  const RunResult rows =
      run_binary({"sql", "--format", "csv", db, "SELECT frame, call FROM messages ORDER BY frame"});
  EXPECT_EQ(rows.out, "frame,call\n3,1\n4,1\n");
  EXPECT_EQ(value_of(open_db_file(db), "SELECT count(*) FROM calls"), "1");
  fs::remove(db);
  fs::remove(path);
}

// What was noted about calls and messages is in the session; what stands beside it is newer.
TEST(SessionFile, KeepsNotes) {
  const std::string capture = scratch_path("noted.pcap"), session = scratch_path("noted.db");
  fs::copy_file(root_path("samples/busy.pcap"), capture, fs::copy_options::overwrite_existing);
  const auto answer = [](const std::string& source, const char* column) {
    return run_binary({"calls", source, "--columns", column, "--format", "csv"}).out;
  };
  std::string call_id = answer(capture, "call_id");
  call_id = call_id.substr(call_id.find('\n') + 1);
  call_id = call_id.substr(0, call_id.find_first_of("\r\n"));
  std::ofstream(capture + ".notes") << call_id << "\tline 1%0Aline 2\n"
                                    << call_id << "%09frame 1\tsee the Via\n";
  const auto of_message = [](const std::string& source) {
    const std::string query = "SELECT frame, note FROM messages WHERE note IS NOT NULL";
    return run_binary({"sql", source, query, "--format", "csv"}).out;
  };
  EXPECT_EQ(of_message(capture), "frame,note\n1,see the Via\n");
  EXPECT_NE(answer(capture, "note").find("line 1"), std::string::npos);
  EXPECT_EQ(run_binary({"export", "-o", session, capture}).status, 0);
  EXPECT_EQ(answer(session, "note"), answer(capture, "note"));
  EXPECT_EQ(of_message(session), of_message(capture));
  std::ofstream(session + ".notes") << call_id << "\tanother one\n";
  EXPECT_NE(answer(session, "note").find("another one"), std::string::npos);
  for (const std::string& path : {capture, session, capture + ".notes", session + ".notes"})
    fs::remove(path);
}

TEST(SessionFile, SaysThatKeysAreNotInIt) {
  const std::string path = scratch_path("keys.db");
  const std::string sample = root_path("samples/tls-call.pcapng");
  for (const std::vector<std::string>& choice : {std::vector<std::string>{}, {"--call", "1"}}) {
    std::vector<std::string> words = {"export", "-o", path, sample};
    words.insert(words.end(), choice.begin(), choice.end());
    const RunResult result = run_binary(words);
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.err.find("keys of TLS are not written"), std::string::npos) << result.err;
  }
}

TEST(SessionFile, HasEveryTableWithItsRows) {
  const std::string sample = root_path("samples/two-way.pcap"), path = scratch_path("tables.db");
  ASSERT_EQ(run_binary({"export", "-o", path, sample}).status, 0);
  const Db db = open_db_file(path);
  EXPECT_EQ(value_of(db, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(value_of(db, "PRAGMA journal_mode"), "delete");
  for (const TableDescription* table : tables()) {
    const std::string name(table->name);
    const RunResult counted =
        run_binary({"sql", "--format", "csv", sample, "SELECT count(*) AS n FROM " + name});
    EXPECT_EQ(value_of(db, "SELECT count(*) FROM " + name), lines_of(counted.out).at(1)) << name;
  }
  EXPECT_EQ(value_of(db, "SELECT substr(raw, 1, 10) FROM messages WHERE id = 1"), "INVITE sip");
  const std::string plan = value_of(db, "EXPLAIN QUERY PLAN SELECT * FROM messages WHERE call = 1");
  EXPECT_NE(value_of(db,
                     "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql LIKE "
                     "'%\"messages\"(\"call\")'"),
            "0")
      << plan;
  fs::remove(path);
}

TEST(SessionFile, TakesThePlaceOfAnOlderSessionOnly) {
  const std::string sample = root_path("samples/busy.pcap"), path = scratch_path("place.db");
  ASSERT_EQ(run_binary({"export", "-o", path, root_path("samples/two-way.pcap")}).status, 0);
  ASSERT_EQ(run_binary({"export", "-o", path, sample}).status, 0);
  EXPECT_EQ(run_binary({"calls", path}).out, run_binary({"calls", sample}).out);
  EXPECT_EQ(run_binary({"export", "-o", path, path}).status, 4);
  EXPECT_EQ(run_binary({"calls", path}).out, run_binary({"calls", sample}).out);
  fs::remove(path);
  std::ofstream(path) << "a letter to somebody";
  const RunResult letter = run_binary({"export", "-o", path, sample});
  EXPECT_EQ(letter.status, 4);
  EXPECT_NE(letter.err.find("no saved session"), std::string::npos) << letter.err;
  EXPECT_EQ(fs::file_size(path), 20U);
  fs::remove(path);
  value_of(open_db_file(path), "CREATE TABLE photos(id)");
  EXPECT_EQ(run_binary({"export", "-o", path, sample}).status, 4);
  EXPECT_EQ(value_of(open_db_file(path), "SELECT count(*) FROM photos"), "0");
  const RunResult read = run_binary({"calls", path});
  EXPECT_EQ(read.status, 3);
  EXPECT_NE(read.err.find("no saved session"), std::string::npos) << read.err;
  fs::remove(path);
}

TEST(SessionFile, SaysThatItIsOpenElsewhere) {
  const std::string sample = root_path("samples/busy.pcap"), path = scratch_path("open.db");
  ASSERT_EQ(run_binary({"export", "-o", path, root_path("samples/two-way.pcap")}).status, 0);
  const Db other = open_db_file(path);
  value_of(other, "BEGIN IMMEDIATE");
  const RunResult busy = run_binary({"export", "-o", path, sample});
  EXPECT_EQ(busy.status, 4);
  EXPECT_NE(busy.err.find("another program has it open"), std::string::npos) << busy.err;
  value_of(other, "ROLLBACK");
  EXPECT_EQ(run_binary({"calls", path}).out,
            run_binary({"calls", root_path("samples/two-way.pcap")}).out);
  fs::remove(path);
}

// A capture whose export takes a while.
std::string write_many_calls(const std::string& name) {
  return write_flow(scratch_path(name),
                    "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
                    "repeat 20000 every=0.5 from=1\n0.000 alice > bob OPTIONS sip:bob@example.com "
                    "call=c{n}\n0.100 bob > alice 200 (OPTIONS)\nend\n");
}

TEST(SessionFile, KeepsWhatWasCommittedWhenKilled) {
  const std::string capture = write_many_calls("many.pcap"), path = scratch_path("killed.db");
  const pid_t child = start_binary({"export", "-o", path, capture}, STDOUT_FILENO, STDERR_FILENO);
  for (int i = 0; i < 1000; i++) {  // until rows are being written
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::error_code ignored;
    if (fs::file_size(path + "-wal", ignored) > 8'000'000 && !ignored) break;
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const RunResult opened = run_binary({"calls", "--limit", "3", path});
  EXPECT_EQ(opened.status, 3);
  EXPECT_NE(opened.err.find("was not written to its end"), std::string::npos) << opened.err;
  EXPECT_EQ(lines_of(opened.out).size(), 4U) << opened.out;
  EXPECT_EQ(value_of(open_db_file(path), "PRAGMA integrity_check"), "ok");
  ASSERT_EQ(run_binary({"export", "-o", path, capture}).status, 0);
  EXPECT_EQ(run_binary({"calls", path}).status, 0);
  fs::remove(path);
  fs::remove(capture);
}

void allow_little() {
  rlimit limit{2 << 20, 2 << 20};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(SessionFile, SaysThatTheDiskIsFull) {
  const std::string capture = write_many_calls("many.pcap"), path = scratch_path("full.db");
  std::FILE* const said = std::fopen(scratch_path("said").c_str(), "w+");
  const pid_t child =
      start_binary({"export", "-o", path, capture}, STDOUT_FILENO, fileno(said), allow_little);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 4) << status;
  char text[500] = {};
  std::rewind(said);
  EXPECT_GT(std::fread(text, 1, sizeof text - 1, said), 0U);
  EXPECT_NE(std::string(text).find("could not be written"), std::string::npos) << text;
  std::fclose(said);
  EXPECT_EQ(value_of(open_db_file(path), "PRAGMA integrity_check"), "ok");
  fs::remove(path);
  fs::remove(capture);
}

TEST(SessionFile, NothingOfADamagedOneIsBelieved) {
  const std::string sample = root_path("samples/two-way.pcap"), path = scratch_path("damaged.db");
  for (const char* damage :
       {"UPDATE sipladder_packets SET block = randomblob(900)",
        "UPDATE sipladder_packets SET block = substr(block, 1, 100)",
        "UPDATE sipladder_packets SET block = x''", "DELETE FROM sipladder_packets",
        "DELETE FROM sipladder_sources", "DROP TABLE sipladder_packets",
        "DROP TABLE sipladder_session", "UPDATE sipladder_sources SET name = NULL, first_ns = 'x'",
        "DROP TABLE sipladder_sources; CREATE VIEW sipladder_sources AS SELECT 1",
        "PRAGMA user_version = 99"}) {
    ASSERT_EQ(run_binary({"export", "-o", path, sample}).status, 0);
    value_of(open_db_file(path), damage);
    const RunResult result = run_binary({"calls", path});
    EXPECT_TRUE(result.status == 3 || result.status == 0) << damage << result.status;
    EXPECT_EQ(result.status == 3, !result.err.empty()) << damage << result.err;
    fs::remove(path);
  }
}

TEST(PacketBlock, ReadsWhatItWrote) {
  const std::string bytes = "a packet";
  Packet packet;
  packet.time_ns = -5;
  packet.frame = 7;
  packet.original = 1500;
  packet.source = 300;
  packet.interface = 2;
  packet.link_type = 113;
  packet.point = 9;
  packet.ref = not_stored(bytes.size());
  packet.data = reinterpret_cast<const uint8_t*>(bytes.data());
  packet.logged = packet.inferred = true;
  packet.transport = Transport::wss;
  std::string block, again;
  append_packet(packet, &block);
  append_packet(packet, &block);
  ASSERT_TRUE(decompress_block(compress_block(block), &again));
  EXPECT_EQ(again, block);
  Packet read;
  size_t at = 0;
  ASSERT_TRUE(take_packet(block, &at, &read));
  ASSERT_TRUE(take_packet(block, &at, &read));
  EXPECT_EQ(at, block.size());
  EXPECT_FALSE(take_packet(block, &at, &read));
  EXPECT_EQ(read.time_ns, -5);
  EXPECT_EQ(read.source, 300);
  EXPECT_EQ(read.transport, Transport::wss);
  EXPECT_TRUE(read.logged && read.inferred);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(read.data), read.ref.length), bytes);
  at = 0;
  EXPECT_FALSE(take_packet(std::string_view(block).substr(0, 20), &at, &read));
  EXPECT_FALSE(decompress_block("no zstd at all", &again));
}

}  // namespace
}  // namespace sipladder::session_file_test
