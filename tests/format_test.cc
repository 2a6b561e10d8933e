// Rows as text, when texts, numbers and the names of columns are hostile.
#include "query/format.h"

#include <gtest/gtest.h>

#include <limits>

#include "query/characters.h"
#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"

namespace sipladder::format_test {
namespace {

using namespace std::string_literals;

const std::string kFormats[] = {"table", "csv", "json", "ndjson", "md"};

// A control character, U+00AD, U+061C, U+202E, U+2060, a tag, C1 and no UTF-8.
const std::string kHostile =
    "a\x1B[2J\xC2\xAD\xD8\x9C\xE2\x80\xAE\xE2\x81\xA0\xF3\xA0\x81\x81\xC2\x9B\xFF";

// A hidden character or a byte that is no UTF-8, where a line ends aside.
bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const Character c = first_character(text);
    if (!c.is_utf8 || (is_hidden(c.code) && c.code != U'\n')) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

std::string written(const std::string& format, const std::vector<ResultColumn>& columns,
                    const std::vector<std::vector<Value>>& rows) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* const out = open_memstream(&text, &size);
  RowStyle style;
  style.format = format;
  const auto writer = make_row_writer(style, out);
  writer->begin(columns);
  for (const auto& row : rows) writer->row(row);
  writer->end();
  std::fclose(out);
  const std::string result(text, size);
  std::free(text);
  return result;
}

Value text_value(std::string_view text) {
  Value value;
  value.set(text);
  return value;
}
Value real_value(double number) {
  Value value;
  value.set_real(number);
  return value;
}

TEST(Formats, NothingHiddenLeavesInAnyOfThem) {
  for (const std::string& format : kFormats) {
    const std::string out =
        written(format, {{kHostile}, {"b\nc"}}, {{text_value(kHostile), text_value("x")}});
    EXPECT_TRUE(is_clean(out)) << format << "\n" << out;
  }
  EXPECT_EQ(terminal_text("\xE2\x80\xAE\xFFx"), "\\xE2\\x80\\xAE\\xFFx");
  EXPECT_EQ(json_text("\xC2\xAD\xD8\x9C\xF3\xA0\x81\x81\xFF\"\\"),
            "\"\\u00ad\\u061c\\udb40\\udc41\\ufffd\\\"\\\\\"");
}

TEST(Formats, NamesOfColumnsAreTextLikeAnyOther) {
  const std::vector<ResultColumn> columns = {{"a,b"}, {"=1+1"}, {"x\"y"}, {"|z|"}, {""}};
  const std::vector<Value> row(5);
  EXPECT_EQ(written("csv", columns, {row}), "\"a,b\",'=1+1,\"x\"\"y\",|z|,\n,,,,\n");
  EXPECT_EQ(written("md", columns, {}),
            "| a,b | =1+1 | x\"y | \\|z\\| |  |\n| --- | --- | --- | --- | --- |\n");
  EXPECT_EQ(written("ndjson", {{"x\"y"}}, {{Value()}}), "{\"x\\\"y\":null}\n");
}

TEST(Formats, WhatIsNoNumberIsNullInJson) {
  const double infinite = std::numeric_limits<double>::infinity();
  const std::vector<Value> row = {real_value(infinite), real_value(-infinite),
                                  real_value(std::numeric_limits<double>::quiet_NaN()),
                                  real_value(1.5)};
  EXPECT_EQ(written("ndjson", {{"a"}, {"b"}, {"c"}, {"d"}}, {row}),
            "{\"a\":null,\"b\":null,\"c\":null,\"d\":1.500}\n");
}

TEST(Formats, ColumnsOfATableAreCellsWide) {
  const std::string wide = "\xE6\x97\xA5\xE6\x9C\xAC";  // two characters of two columns
  const std::string combining = "e\xCC\x81";            // one column
  const std::string out = written("table", {{"a"}, {"b"}},
                                  {{text_value(wide), text_value("1")},
                                   {text_value(combining), text_value("2")},
                                   {text_value("wxyz"), text_value("3")}});
  EXPECT_EQ(out, "a     b\n" + wide + "  1\n" + combining + "     2\nwxyz  3\n");
  // What is cut is cut to columns, too.
  std::string longer;
  for (int i = 0; i < 60; i++) longer += "\xE6\x97\xA5";
  EXPECT_EQ(written("table", {{"a"}}, {{text_value(longer)}}),
            "a\n" + longer.substr(0, 3 * 39) + "\xE2\x80\xA6\n");
}

TEST(Formats, MarkdownHasNoEntitiesOfTheNetwork) {
  EXPECT_EQ(markdown_text("&#x202E;<b>*_`|[\\~"), "&amp;#x202E;&lt;b>\\*\\_\\`\\|\\[\\\\\\~");
}

// Columns that hold JSON, and texts that are called as if they did.
TEST(Formats, JsonOfTheNetworkIsEscaped) {
  EngineFeed feed;
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string sdp =
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 " +
      kHostile + "\"\\/8000\r\n";
  const std::string rest =
      "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nCall-ID: c\r\n"
      "CSeq: 1 INVITE\r\nUser-Agent: [\"1\"\r\n";
  feed.add(1'000'000, build::ip(build::udp("INVITE sip:b@x SIP/2.0\r\nTo: <sip:b@x>\r\n" + rest +
                                               "Content-Type: application/sdp\r\n\r\n" + sdp,
                                           a, b),
                                17, a, b));
  feed.add(2'000'000,
           build::ip(build::udp("SIP/2.0 200 OK\r\nTo: <sip:b@x>;tag=2\r\n"
                                "Record-Route: <sip:p" +
                                    kHostile + "\"\\;lr>\r\nContact: <sip:b@y>\r\n" + rest + "\r\n",
                                b, a),
                     17, b, a));
  Reader reader(feed.model, feed.log, feed.analyst);
  Database database(reader);
  const auto query = [&](const std::string& sql) {
    std::vector<ResultColumn> names;
    std::vector<std::vector<Value>> rows;
    EXPECT_EQ(database.run(
                  sql, [&](const auto& columns) { names = columns; },
                  [&](const auto& row) {
                    rows.push_back(row);
                    return true;
                  }),
              "");
    return written("ndjson", names, rows);
  };
  const std::string codecs = query("SELECT codecs FROM sdp");
  EXPECT_TRUE(codecs.starts_with("{\"codecs\":[\"PCMU/8000\",\"a\\u001b[2J\\u00ad")) << codecs;
  EXPECT_TRUE(is_clean(codecs)) << codecs;
  const std::string routes = query("SELECT route_set FROM dialogs WHERE route_set IS NOT NULL");
  EXPECT_NE(routes.find("\\u061c"), std::string::npos) << routes;
  EXPECT_TRUE(is_clean(routes)) << routes;
  // Only what is written as JSON here is printed as JSON.
  EXPECT_EQ(query("SELECT user_agent AS evidence FROM calls"), "{\"evidence\":\"[\\\"1\\\"\"}\n");
  EXPECT_EQ(query("SELECT codecs AS x FROM (SELECT codecs FROM sdp)").substr(0, 6), "{\"x\":[");
}

}  // namespace
}  // namespace sipladder::format_test
