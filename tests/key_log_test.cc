// Lines of key logs, and where they come from while packets are read.
#include "capture/key_log.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "capture/hep_sockets.h"
#include "capture/key_sources.h"
#include "tests/support/packet_builder.h"
#include "tests/support/scratch.h"

namespace sipladder::key_log_test {
namespace {

using namespace build;

TEST(KeyLogs, TakeWhatTheyKnow) {
  KeyLog log;
  const std::string random(64, 'a');
  EXPECT_TRUE(log.add_line("CLIENT_RANDOM " + random + " 0123"));
  EXPECT_FALSE(log.add_line("CLIENT_RANDOM " + random + " 4567"));  // the first one stays
  EXPECT_TRUE(log.add_line("SERVER_TRAFFIC_SECRET_0 " + random + "  ABCD\r"));
  for (const std::string& line :
       {std::string(), std::string("# a comment"), "EARLY_EXPORTER_SECRET " + random + " 01",
        std::string("CLIENT_RANDOM"), "CLIENT_RANDOM " + random, "CLIENT_RANDOM " + random + " 012",
        "CLIENT_RANDOM " + random + " 0g", "CLIENT_RANDOM " + random.substr(2) + " 01",
        "CLIENT_RANDOM " + random + " " + std::string(130, '0')})
    EXPECT_FALSE(log.add_line(line)) << line;
  const std::string name(32, '\xAA');
  ASSERT_NE(log.find(SecretKind::master, name), nullptr);
  EXPECT_EQ(log.find(SecretKind::master, name)->bytes(), "\x01\x23");
  EXPECT_EQ(log.find(SecretKind::server_traffic, name)->bytes(), "\xAB\xCD");
  EXPECT_EQ(log.find(SecretKind::client_traffic, name), nullptr);
  EXPECT_TRUE(log.knows(name));
  EXPECT_FALSE(log.knows(std::string(32, '\xAB')));
}

TEST(KeyLogs, ComeInPieces) {
  const std::string text = "CLIENT_RANDOM " + std::string(64, 'a') + " 01\n" +
                           std::string(5000, 'x') + "\nCLIENT_RANDOM " + std::string(64, 'b') +
                           " 02";
  for (const size_t size : {1U, 7U, 100'000U}) {
    KeyLog log;
    KeyLogLines lines(&log);
    for (size_t at = 0; at < text.size(); at += size)
      lines.add(std::string_view(text).substr(at, size));
    EXPECT_EQ(log.size(), 1U);
    lines.end();
    EXPECT_EQ(log.size(), 2U);
  }
}

TEST(KeyLogs, AreBounded) {
  KeyLog log;
  for (uint32_t i = 0; i < kMaxSecrets + 10; i++)
    log.add(SecretKind::master, number32(i) + std::string(28, 'x'), "secret");
  EXPECT_EQ(log.size(), kMaxSecrets);
  EXPECT_EQ(log.refused(), 10U);
}

std::string line_of(char random, const std::string& secret = "01") {
  return "CLIENT_RANDOM " + std::string(64, random) + " " + secret + "\n";
}

TEST(KeySources, AFileIsFollowedWhileItGrows) {
  const std::string path = scratch_path("growing-keys.log");
  std::ofstream(path) << line_of('a');
  KeyLog log;
  KeySources sources(&log);
  ASSERT_EQ(sources.add(path, true), "");
  EXPECT_EQ(log.size(), 1U);
  sources.look();
  EXPECT_EQ(log.size(), 1U);
  const std::string next = line_of('b');
  std::ofstream(path, std::ios::app) << next.substr(0, 20);
  sources.look();
  EXPECT_EQ(log.size(), 1U);
  std::ofstream(path, std::ios::app) << next.substr(20);
  sources.look();
  EXPECT_EQ(log.size(), 2U);
}

TEST(KeySources, OfAFileOfACaptureTheLastLineNeedsNoEnd) {
  const std::string path = scratch_path("keys-without-end.log");
  const std::string line = line_of('a');
  std::ofstream(path) << line.substr(0, line.size() - 1);
  KeyLog log;
  KeySources sources(&log);
  ASSERT_EQ(sources.add(path, false), "");
  EXPECT_EQ(log.size(), 1U);
}

TEST(KeySources, AFifoIsReadToItsEnd) {
  const std::string path = scratch_path("keys.fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path) << line_of('a') << std::flush << line_of('b'); });
  KeyLog log;
  KeySources sources(&log);
  EXPECT_EQ(sources.add(path, false), "");
  writer.join();
  EXPECT_EQ(log.size(), 2U);
  EXPECT_TRUE(sources.waits_for().empty());
}

TEST(KeySources, BesideLivePacketsAFifoIsNotWaitedFor) {
  const std::string path = scratch_path("live-keys.fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  KeyLog log;
  KeySources sources(&log);
  ASSERT_EQ(sources.add(path, true), "");
  EXPECT_TRUE(log.may_know());
  for (const char random : {'a', 'b'}) {  // each writer opens it anew
    std::ofstream(path) << line_of(random);
    sources.look();
  }
  EXPECT_EQ(log.size(), 2U);
  EXPECT_EQ(sources.waits_for().size(), 1U);
}

uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void send_to(uint16_t port, const std::string& text) {
  const Fd fd(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address),
         sizeof address);
}

// Kamailio sends a line without its end.
TEST(KeySources, LinesComeByUdp) {
  KeyLog log;
  KeySources sources(&log);
  ASSERT_EQ(sources.add("udp:127.0.0.1:0", true), "");
  ASSERT_EQ(sources.waits_for().size(), 1U);
  const uint16_t port = port_of(sources.waits_for()[0]);
  const std::string line = line_of('a');
  send_to(port, line.substr(0, line.size() - 1));
  send_to(port, "");
  send_to(port, line_of('b') + line_of('c') + "garbage");
  sources.look();
  EXPECT_EQ(log.size(), 3U);
}

TEST(KeySources, SayWhyTheyCannotBeOpened) {
  KeyLog log;
  KeySources sources(&log);
  for (const char* name : {"/nonexistent/keys", "udp:127.0.0.1", "udp:127.0.0.1:x", "udp:"})
    EXPECT_NE(sources.add(name, false), "") << name;
  EXPECT_FALSE(log.may_know());
}

}  // namespace
}  // namespace sipladder::key_log_test
