// A list without SQL gives the rows that a SELECT gives.
#include "query/plain_list.h"

#include <gtest/gtest.h>

#include "query/format.h"
#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"

namespace sipladder::plain_list_test {
namespace {

const std::string kCaller = "192.0.2.1", kCallee = "192.0.2.2";

void add_message(EngineFeed* feed, const std::string& start, const std::string& more, bool back) {
  const std::string& from = back ? kCallee : kCaller;
  const std::string& to = back ? kCaller : kCallee;
  const std::string text =
      start +
      "\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0\r\n"
      "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>" +
      more + "Call-ID: c\r\nCSeq: 1 INVITE\r\n\r\n";
  feed->add(1'000'000 * (feed->frame + 1), build::ip(build::udp(text, from, to), 17, from, to));
}

std::string text_of(const std::vector<ResultColumn>& columns) {
  std::string text;
  for (const ResultColumn& column : columns) text += column.name + (column.json ? " JSON|" : "|");
  return text + "\n";
}

std::string text_of(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) text += plain_text(value) + "|";
  return text + "\n";
}

TEST(PlainList, GivesWhatASelectGives) {
  EngineFeed feed;
  add_message(&feed, "INVITE sip:b@x SIP/2.0", "\r\n", false);
  add_message(&feed, "SIP/2.0 486 Busy Here", ";tag=2\r\n", true);
  feed.engine.finish();
  feed.engine.catch_up();
  Reader reader(feed.model, feed.log, feed.analyst);
  Database database(reader);
  for (const TableDescription* table : tables()) {
    const std::string name(table->name);
    const auto list = plain_list(*table, "*");
    ASSERT_TRUE(list) << name;
    std::string listed, selected;
    const auto into = [](std::string* text) {
      return [text](const auto& cells) {
        *text += text_of(cells);
        return true;
      };
    };
    list_rows(*list, reader, into(&listed), into(&listed));
    EXPECT_EQ(database.run("SELECT * FROM " + name, into(&selected), into(&selected)), "");
    EXPECT_EQ(listed, selected) << name;
  }
}

TEST(PlainList, IsMadeOfNamesAlone) {
  EXPECT_EQ(plain_list(kCallsTable, "id,state, call_id")->columns.size(), 3U);
  for (const char* const columns : {"", "id,", ",id", "id,,state", "count(*)", "id AS x", "ID",
                                    "nothing", "id FROM calls; DROP TABLE calls", "*,id"})
    EXPECT_FALSE(plain_list(kCallsTable, columns)) << columns;
}

}  // namespace
}  // namespace sipladder::plain_list_test
