// A small call with media, captured in every encapsulation and over every transport, gives the same
// rows as its plain capture.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>

#include "query/database.h"
#include "query/session.h"
#include "tests/support/encapsulations.h"
#include "tests/support/transports.h"

namespace sipladder::whole_call_test {
namespace {

using namespace build;

// Rows of each query: cells with their columns' names.
using Rows = std::vector<std::string>;
using Seen = std::map<std::string, Rows>;

Rows rows_of(Database& database, const std::string& sql) {
  std::vector<std::string> names;
  Rows rows;
  const std::string error = database.run(
      sql,
      [&](const std::vector<ResultColumn>& columns) {
        for (const ResultColumn& column : columns) names.push_back(column.name);
      },
      [&](const std::vector<Value>& cells) {
        std::string row;
        for (size_t i = 0; i < cells.size(); i++) {
          const Value& cell = cells[i];
          row += names[i] + "=";
          if (cell.type == Value::Type::integer) row += std::to_string(cell.integer);
          if (cell.type == Value::Type::real) row += std::to_string(cell.real);
          if (cell.type == Value::Type::text) row += cell.text;
          row += "\n";
        }
        rows.push_back(row);
        return true;
      });
  EXPECT_EQ(error, "");
  return rows;
}

Seen seen_in(const std::string& capture, const std::vector<std::string>& queries) {
  const int fd = memfd_create("whole_call", 0);
  EXPECT_EQ(write(fd, capture.data(), capture.size()), static_cast<ssize_t>(capture.size()));
  Session session;
  std::vector<std::string> errors;
  auto source = open_captures({"/proc/self/fd/" + std::to_string(fd)}, {}, session.log, &errors);
  close(fd);
  EXPECT_TRUE(errors.empty()) << errors[0];
  if (source == nullptr) return {};
  session.set_source(std::move(source));
  session.run();
  Reader reader(session.model, session.log, session.analyst);
  Database database(reader);
  Seen seen;
  for (const std::string& query : queries) seen[query] = rows_of(database, query);
  return seen;
}

// All tables: none says where in the capture the bytes were.
const std::vector<std::string> kEverything = {
    "SELECT * FROM calls",    "SELECT * FROM messages",      "SELECT * FROM transactions",
    "SELECT * FROM dialogs",  "SELECT * FROM sdp",           "SELECT * FROM streams",
    "SELECT * FROM findings", "SELECT * FROM endpoints",     "SELECT * FROM vias",
    "SELECT * FROM headers",  "SELECT * FROM registrations", "SELECT * FROM subscriptions"};

// What no transport changes: the numbers of packets, Via and the size of messages are left out.
const std::vector<std::string> kOfTheCall = {
    "SELECT call_id,kind,caller,callee,state,final_status,ended_by,scenario,messages,"
    "retransmissions,dialogs,transactions,audio,audio_lost_toward,audio_cause,codec,mos,start_ns,"
    "end_ns,ring_ns,answer_ns,src,src_port,dst,dst_port,findings,worst FROM calls",
    "SELECT call,dialog,from_party,src,src_port,dst,dst_port,ssrc,codec,packets,bytes,expected,"
    "lost,late,duplicates,first_ns,last_ns,dst_advertised,src_advertised,dscp FROM streams",
    "SELECT time_ns,src,src_port,dst,dst_port,method,status,cseq,call_id,to_tag,has_sdp,"
    "retransmission_of,malformed FROM messages",
    "SELECT code,severity,call,stream,confidence FROM findings"};

std::string capture_of(const Packets& packets, const Encapsulation& row) {
  Packets wrapped;
  for (const TimedPacket& packet : packets) {
    wrapped.push_back({packet.time_ns, row.wrap(packet.bytes)});
  }
  return pcap(wrapped, row.link_type);
}

void expect_the_same(const Seen& seen, const Seen& expected) {
  for (const auto& [query, rows] : expected) EXPECT_EQ(seen.at(query), rows) << query;
}

TEST(WholeCall, IsWhatItIsMeantToBe) {
  const std::string of_call =
      "SELECT call_id||' '||caller||' '||callee||' '||state||' '||scenario||' '||messages||' '||"
      "retransmissions||' '||dialogs||' '||transactions||' '||audio||' '||codec AS it FROM calls";
  const std::string of_streams =
      "SELECT ssrc||' '||codec||' '||packets||' '||lost AS it FROM streams";
  const std::string of_findings = "SELECT code AS it FROM findings";
  for (const Parties& parties : {kIpv4, kIpv6}) {
    const Seen seen =
        seen_in(pcap(plain(make_call(parties)), 101), {of_call, of_streams, of_findings});
    EXPECT_EQ(seen.at(of_call),
              Rows{"it=whole-call@example.com alice bob completed basic 7 0 1 3 two-way PCMA\n"});
    EXPECT_EQ(seen.at(of_streams),
              (Rows{"it=0x000A11CE PCMA 60 0\n", "it=0x00000B0B PCMA 54 6\n"}));
    EXPECT_EQ(seen.at(of_findings), (Rows{"it=rtp-mos\n", "it=dialog-short\n"}));
  }
}

void expect_the_same_in(const std::vector<Encapsulation>& rows, const Parties& parties) {
  const Packets packets = plain(make_call(parties));
  const Seen expected = seen_in(pcap(packets, 101), kEverything);
  for (const Encapsulation& row : rows) {
    SCOPED_TRACE(row.name);
    expect_the_same(seen_in(capture_of(packets, row), kEverything), expected);
  }
}

TEST(WholeCall, InEveryEncapsulation) {
  expect_the_same_in(encapsulations(), kIpv4);
}

TEST(WholeCall, InEveryEncapsulationOfIpv6) {
  expect_the_same_in(ipv6_encapsulations(), kIpv6);
}

TEST(WholeCall, OverEveryTransport) {
  for (const Parties& parties : {kIpv4, kIpv6}) {
    const Seen expected = seen_in(pcap(plain(make_call(parties)), 101), kOfTheCall);
    for (const TransportRow& row : transports()) {
      SCOPED_TRACE(std::string(row.name) + " to " + parties[1].address);
      const std::string capture = pcap(row.carry(make_call(parties, row.via)), 101);
      expect_the_same(seen_in(capture, kOfTheCall), expected);
      EXPECT_EQ(seen_in(capture, {"SELECT DISTINCT transport FROM messages"}).begin()->second,
                Rows{"transport=" + std::string(row.transport) + "\n"});
    }
  }
}

// A tunnel carries segments and fragments as it carries datagrams.
TEST(WholeCall, TransportsInATunnel) {
  const Seen expected = seen_in(pcap(plain(make_call(kIpv4)), 101), kOfTheCall);
  for (const TransportRow& row : transports()) {
    const Packets packets = row.carry(make_call(kIpv4, row.via));
    SCOPED_TRACE(row.name);
    expect_the_same(seen_in(capture_of(packets, encapsulations().back()), kOfTheCall), expected);
  }
}

}  // namespace
}  // namespace sipladder::whole_call_test
