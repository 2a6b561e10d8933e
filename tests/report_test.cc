// The HTML report as a file: whole, the same each time, and nothing of the network is markup in it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "export/html/sha256.h"
#include "export/html/shared_pieces.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::report_test {
namespace {

namespace fs = std::filesystem;

std::string report_of(const std::vector<std::string>& more) {
  const std::string path = scratch_path("report.html");
  std::vector<std::string> words = {"export", "-o", path, "--utc"};
  words.insert(words.end(), more.begin(), more.end());
  const RunResult result = run_binary(words);
  EXPECT_EQ(result.status, 0) << result.err;
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  fs::remove(path);
  return text.str();
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) found++;
  return found;
}

TEST(Report, HasEverythingOfACall) {
  const std::string sample = root_path("samples/one-way-nat.pcap");
  const std::string page = report_of({sample});
  for (const char* part :
       {"<title>SIP report: 2 calls</title>", "Content-Security-Policy", "class=\"finding error\"",
        "<svg", "href=\"#m1\"", "id=\"m1\"", "INVITE sip:", "<h3>Streams</h3>",
        "<h3>Offers and answers</h3>", "<h3>Via hops</h3>", "id=\"rows\"", "id=\"headers\"",
        "SHA-256", "Made by <code>sipladder export"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_LT(page.size(), size_t{1} << 20);
  EXPECT_EQ(page, report_of({sample}));
  EXPECT_EQ(count(page, "http://"), 0U);
  EXPECT_EQ(count(page, "https://"), 0U);
  EXPECT_NE(page.find(sha256_of_file(sample)), std::string::npos);
}

// A table of the page has 500 rows at most, and says how many there are beyond.
TEST(Report, SaysHowManyRowsAreLeftOut) {
  const std::string path = write_flow(scratch_path("long-call.pcap"),
                                      "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
                                      "0.000 alice > bob INVITE sip:bob@example.com\n"
                                      "1.000 bob > alice 200\n"
                                      "1.100 alice > bob ACK\n"
                                      "repeat 520 every=0.5 from=2\n"
                                      "2.000 alice > bob INFO cseq={n}\n"
                                      "2.100 bob > alice 200 (INFO)\n"
                                      "end\n");
  const std::string page = report_of({path});
  EXPECT_NE(page.find("<p class=\"dim\">22 more rows are not shown.</p>"), std::string::npos);
  EXPECT_NE(page.find("\"left_out\":{\"calls\":0,\"streams\":0,\"findings\":0}"),
            std::string::npos);
  EXPECT_EQ(report_of({root_path("samples/two-way.pcap")}).find("not shown"), std::string::npos);
}

// Loss and jitter of each stream over time; what happened within one interval has no picture.
TEST(Report, DrawsStreamsOverTime) {
  const std::string path = scratch_path("talk.pcap");
  const auto talk = [&](const char* seconds) {
    write_flow(path, std::string("host alice 192.0.2.101\nhost bob 192.0.2.102\n"
                                 "0.000 alice > bob INVITE sip:bob@example.com "
                                 "sdp=192.0.2.101:4000\n"
                                 "1.000 bob > alice 200 sdp=192.0.2.102:5000\n"
                                 "1.020 alice > bob ACK\n"
                                 "1.040 alice:4000 > bob:5000 rtp ssrc=1 lose=4 for=") +
                         seconds + "\n20.000 bob > alice BYE\n");
    return report_of({path});
  };
  const std::string page = talk("10");
  EXPECT_EQ(count(page, "<div class=\"plots\""), 1U);
  EXPECT_NE(page.find("<path class=\"loss\" d=\"M0 72H0V"), std::string::npos);
  EXPECT_NE(page.find("aria-label=\"loss: at most 2"), std::string::npos);
  EXPECT_NE(page.find("aria-label=\"no jitter of PCMU 192.0.2.101:4000"), std::string::npos);
  EXPECT_EQ(count(talk("0.8"), "<div class=\"plots\""), 0U);
}

// The level of G.711 over time, from -80 to 0 dBov.
TEST(Report, DrawsTheLevelOfStreams) {
  const std::string page = report_of({root_path("samples/two-way.pcap")});
  EXPECT_EQ(count(page, "<path class=\"level\" d=\"M0 72H0V"), 2U);
  EXPECT_NE(page.find("aria-label=\"level: at most -"), std::string::npos);
}

// A hop is told with the verdict of `nat`.
TEST(Report, SaysWhatEachHopDoes) {
  const std::string page = report_of({root_path("samples/no-rport.pcap")});
  EXPECT_NE(page.find("<th scope=\"col\">verdict</th>"), std::string::npos);
  EXPECT_GT(count(page, "<td>rport was not asked for</td>"), 0U);
  EXPECT_GT(count(page, "<td>fine</td>"), 0U);
}

// Phones of other calls are nobody's business.
TEST(Report, NatIsThatOfItsCalls) {
  const std::vector<std::string> both = {root_path("samples/no-rport.pcap"),
                                         root_path("samples/busy.pcap")};
  EXPECT_EQ(count(report_of(both), "<h2>Endpoints behind a NAT</h2>"), 1U);
  const auto of_call = [&](const std::string& where) {
    std::vector<std::string> words = both;
    words.insert(words.end(), {"--where", where});
    return count(report_of(words), "<h2>Endpoints behind a NAT</h2>");
  };
  EXPECT_EQ(of_call("state = 'ringing'"), 1U);
  EXPECT_EQ(of_call("state = 'busy'"), 0U);
}

// Each link within the page leads to an element.
TEST(Report, LinksLeadSomewhere) {
  for (const char* sample : {"samples/one-way-nat.pcap", "samples/forked.pcap",
                             "samples/two-way-rtpengine.pcap", "samples/register.pcapng"}) {
    const std::string page = report_of({root_path(sample)});
    const std::string mark = "href=\"#";
    size_t links = 0;
    for (size_t at = 0; (at = page.find(mark, at)) != std::string::npos;) {
      at += mark.size();
      const std::string id = page.substr(at, page.find('"', at) - at);
      if (id.starts_with("${")) continue;  // a template of the script, which is no link yet
      EXPECT_EQ(count(page, " id=\"" + id + "\""), 1U) << sample << " " << id;
      links++;
    }
    EXPECT_GT(links, 5U) << sample;
  }
}

TEST(Report, NothingOfTheNetworkIsMarkup) {
  const std::string path = write_flow(
      scratch_path("hostile.pcap"),
      "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
      "0.000 alice > bob raw\n  INVITE sip:bob@example.com SIP/2.0\n"
      "  Via: SIP/2.0/UDP 192.0.2.101;branch=z9hG4bK1\n"
      "  From: <sip:</script><script>alert(1)</script>@example.com>;tag=1\n"
      "  To: <sip:bob@example.com>\n  Call-ID: \"'><svg onload=alert(3)>\n  CSeq: 1 INVITE\n"
      "  Subject: <img src=x onerror=alert(2)>\n  Content-Length: 0\n  .\n");
  const std::string page = report_of({path});
  EXPECT_NE(page.find("onerror=alert(2)"), std::string::npos);  // it is shown,
  EXPECT_EQ(count(page, "<img"), 0U);                           // and no element
  EXPECT_EQ(count(page, "<svg onload"), 0U);
  EXPECT_EQ(count(page, "<script>alert"), 0U);
  EXPECT_EQ(count(page, "<script"), 3U);  // ours: headers, rows, the script
  EXPECT_EQ(count(page, "</script>"), 3U);
  fs::remove(path);
}

TEST(Report, AudioIsAskedFor) {
  const std::string sample = root_path("samples/two-way.pcap");
  EXPECT_EQ(count(report_of({sample}), "<audio"), 0U);
  EXPECT_EQ(count(report_of({"--audio", sample}), "src=\"data:audio/wav;base64,UklGR"), 1U);
  const RunResult elsewhere =
      run_binary({"export", "-o", scratch_path("x.csv"), "--audio", sample});
  EXPECT_EQ(elsewhere.status, 2);
}

TEST(Report, IsWhatLadderPrints) {
  const RunResult printed =
      run_binary({"ladder", "--format", "html", root_path("samples/busy.pcap")});
  EXPECT_EQ(printed.status, 0);
  EXPECT_TRUE(printed.out.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(printed.out.ends_with("</body></html>\n"));
}

// Puts pieces back in place of "<7>" and "<7-3>", as the script of the page does.
std::string whole(const std::string& text, const std::vector<std::string>& pieces) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t first = 0, more = 0;
    int length = 0;
    const bool run = std::sscanf(&text[at], "<%zu-%zu>%n", &first, &more, &length) == 2;
    if (!run || length == 0) more = 0;
    if (length > 0 || (std::sscanf(&text[at], "<%zu>%n", &first, &length) == 1 && length > 0)) {
      for (size_t i = first; i <= first + more; i++) out += pieces.at(i);
      at += static_cast<size_t>(length);
    } else {
      out += text[at++];
    }
  }
  return out;
}

TEST(Report, WhatRepeatsIsWrittenOnce) {
  const std::string line = "<p class=\"dim\">again and again</p>",
                    other = "<b>something else</b>\n";
  const std::string texts[] = {line + other + "Via: one\n" + line, "alone\n" + line + other,
                               other + line + other + line + "<i>", ""};
  SharedPieces shared;
  for (const std::string& text : texts) shared.add(text);
  std::vector<std::string> shortened;
  for (const std::string& text : texts) shortened.push_back(shared.shortened(text));
  std::vector<std::string> pieces;
  std::string all = shared.pieces() + "<>";
  for (size_t end = 0; (end = all.find("<>")) != std::string::npos; all.erase(0, end + 2))
    pieces.push_back(all.substr(0, end));
  for (size_t i = 0; i < std::size(texts); i++) {
    EXPECT_EQ(whole(shortened[i], pieces), texts[i]) << shortened[i];
    EXPECT_LE(shortened[i].size(), texts[i].size());
  }
  EXPECT_EQ(shortened[1], "alone\n<0-1>");
}

// Test vectors of FIPS 180-4 and of RFC 4648 section 10.
TEST(Report, HashesAsOthersDo) {
  EXPECT_EQ(sha256_base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(sha256_base64(std::string(1000, 'a')), "Qe3s5C1j6Nm/UVqbppMuHCDLyfWl0TRkWttdsblzfqM=");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace sipladder::report_test
