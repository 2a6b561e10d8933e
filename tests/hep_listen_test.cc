// HEP that servers send here.
#include "capture/hep_listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "capture/hep_connections.h"
#include "decode/decoder.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"

namespace sipladder::hep_listen_test {
namespace {

using namespace build;

class HepListen : public ::testing::Test {
 protected:
  ~HepListen() override {
    for (const int fd : clients_) close(fd);
  }
  void SetUp() override { listen(""); }
  void listen(const std::string& key, const std::string& name = "hep:127.0.0.1:0") {
    std::string error;
    source_ = listen_hep(name, key, 0, log_, &error);
    ASSERT_NE(source_, nullptr) << error;
    port_ = port_of(info());
  }
  static uint16_t port_of(const SourceInfo& info) {
    return static_cast<uint16_t>(std::stoi(info.name.substr(info.name.rfind(':') + 1)));
  }
  const SourceInfo& info() const { return *source_->infos()[0]; }

  // From 127.0.0.`host`; closed with the test. -1 when nobody listens there.
  int connect_to(int type, uint32_t host = 1, uint32_t server = INADDR_LOOPBACK) {
    const int fd = socket(AF_INET, type, 0);
    clients_.push_back(fd);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xFFU) | host);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(server);
    return connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
  }
  // Whether the other side has closed the connection.
  static bool is_closed(int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
  }
  static void write_all(int fd, std::string_view bytes) {
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  // As a session does.
  void wait() const {
    std::vector<pollfd> fds;
    for (const int fd : source_->waits_for()) fds.push_back({fd, POLLIN, 0});
    poll(fds.data(), fds.size(), 100);
  }
  // Payloads of `count` packets.
  std::vector<std::string> receive(size_t count) {
    std::vector<std::string> result;
    std::vector<Datagram> out;
    Packet packet;
    for (int tries = 0; result.size() < count && tries < 100; tries++) {
      if (source_->next(&packet) != ReadResult::packet) {
        wait();
        continue;
      }
      EXPECT_EQ(decoder_.decode(packet, &out), Fate::payload);
      EXPECT_FALSE(packet.ref.is_stored());
      for (const Datagram& one : out) {
        result.emplace_back(one.payload);
        src_ = to_string(one.src);
      }
    }
    return result;
  }

  PacketLog log_;
  Decoder decoder_;
  std::unique_ptr<PacketSource> source_;
  std::string src_;
  std::vector<int> clients_;
  uint16_t port_ = 0;
};

std::string with_key(const std::string& key, const std::string& text) {
  const std::string packet = hep3(text);
  return hep3_packet(hep3_chunk(0x0e, key) + packet.substr(6));
}

TEST_F(HepListen, Datagrams) {
  const std::string text = sip_message("udp", 5);
  const int fd = connect_to(SOCK_DGRAM);
  for (const std::string& packet : {hep1(text), hep2(text), hep3(text), hep3_packed(text)}) {
    write_all(fd, packet);
    EXPECT_EQ(receive(1), std::vector<std::string>{text});
    EXPECT_EQ(src_, "10.0.0.1:1111");
  }
  write_all(fd, text);  // no HEP: kept as what it is
  EXPECT_EQ(receive(1), std::vector<std::string>{text});
}

TEST_F(HepListen, Streams) {
  const std::string text = sip_message("tcp", 5);
  const std::string whole = hep3(text) + hep3_packed(text);
  const int one = connect_to(SOCK_STREAM);
  const int two = connect_to(SOCK_STREAM);
  write_all(one, std::string_view(whole).substr(0, 100));
  write_all(two, whole);
  EXPECT_EQ(receive(2).size(), 2U);
  write_all(one, std::string_view(whole).substr(100));
  EXPECT_EQ(receive(2), (std::vector<std::string>{text, text}));
  write_all(one, "rubbish" + hep3(text));
  EXPECT_EQ(receive(2), (std::vector<std::string>{"rubbish", text}));
  // A packet that never gets whole is kept as what it is when the connection ends.
  write_all(two, std::string_view(hep3(text)).substr(0, 200));
  shutdown(two, SHUT_WR);
  Packet packet;
  for (int i = 0; i < 10 && info().packets < 7; i++) {
    source_->next(&packet);
    wait();
  }
  EXPECT_EQ(info().packets, 7U);
  EXPECT_EQ(source_->next(&packet), ReadResult::idle);
}

TEST_F(HepListen, OnlyPacketsWithTheKeyAreTaken) {
  EXPECT_TRUE(info().from_anybody);
  listen("secret");
  EXPECT_FALSE(info().from_anybody);
  const std::string text = sip_message("key", 5);
  const std::vector<std::string> wrong = {hep3(text),
                                          with_key("", text),
                                          with_key("secre", text),
                                          with_key("secret2", text),
                                          with_key("Secret", text),
                                          hep2(text),
                                          hep1(text),
                                          text,
                                          "HEP3" + std::string(2, '\0'),
                                          hep3_packet(std::string("\0\0\0\x0e\0\x01secret", 12))};
  const int udp = connect_to(SOCK_DGRAM);
  const int tcp = connect_to(SOCK_STREAM);
  for (const std::string& packet : wrong) write_all(udp, packet);
  for (const std::string& packet : wrong) {
    if (packet.starts_with("HEP3") && packet.size() > 6) write_all(tcp, packet);
  }
  write_all(udp, with_key("secret", text));
  write_all(tcp, with_key("secret", text));
  EXPECT_EQ(receive(2), (std::vector<std::string>{text, text}));
  EXPECT_EQ(info().packets, 2U);
  EXPECT_EQ(info().refused, wrong.size() + 6);
}

TEST_F(HepListen, KnowsItsSendersAndWhyTheyAreRefused) {
  listen("secret");
  const std::string text = sip_message("senders", 5);
  const auto from = [&](const std::string& id, const std::string& key) {
    return hep3_packet(hep3_chunk(0x0c, std::string(3, '\0') + id) +
                       (key.empty() ? "" : hep3_chunk(0x0e, key)) + hep3(text).substr(6));
  };
  const int one = connect_to(SOCK_DGRAM, 2), two = connect_to(SOCK_STREAM, 3);
  for (const std::string& packet : {from("\7", "secret"), from("\7", "wrong"),
                                    from("\x8", "secret"), from("\7", "secret"), hep1(text), text})
    write_all(one, packet);
  write_all(two, from("\7", "secret"));
  write_all(two, from("\7", ""));
  EXPECT_EQ(receive(4).size(), 4U);
  std::vector<std::string> seen;
  for (const HepSender& sender : info().hep_senders) {
    EXPECT_GT(sender.first_ns, 0);
    EXPECT_GE(sender.last_ns, sender.first_ns);
    EXPECT_EQ(sender.point, seen.size());
    seen.push_back(sender.address + " " +
                   (sender.has_id ? std::to_string(sender.capture_id) : "-") + " " +
                   std::to_string(sender.packets) + " " + std::to_string(sender.refused) + " " +
                   std::string(words_of(sender.last_refusal)));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"127.0.0.2 7 2 1 another authentication key",
                                            "127.0.0.2 8 1 0 ", "127.0.0.2 - 0 2 no HEP",
                                            "127.0.0.3 7 1 1 no authentication key"}));
}

TEST_F(HepListen, EachSenderIsACapturePoint) {
  const std::string text = sip_message("points", 5);
  const auto from = [&](char id) {
    return hep3_packet(hep3_chunk(0x0c, std::string(3, '\0') + id) + hep3(text).substr(6));
  };
  const int fd = connect_to(SOCK_DGRAM);
  std::vector<uint8_t> points;
  for (const char id : {'\1', '\2', '\1', '\3'}) {
    write_all(fd, from(id));
    Packet packet;
    for (int tries = 0; tries < 100 && source_->next(&packet) != ReadResult::packet; tries++)
      wait();
    points.push_back(packet.point);
  }
  EXPECT_EQ(points, (std::vector<uint8_t>{0, 1, 0, 2}));
}

TEST(HepSenders, AreBounded) {
  HepSenders senders;
  HepLabel label;
  label.has_id = true;
  for (label.capture_id = 0; label.capture_id < 1000; label.capture_id++)
    senders.sender(RawEndpoint(), label).packets++;
  ASSERT_EQ(senders.all().size(), kMostHepSenders + 1);
  EXPECT_EQ(senders.all().back().address, "others");
  EXPECT_EQ(senders.all().back().packets, 1000 - kMostHepSenders);
  EXPECT_LE(senders.all().back().point, kLastPoint);
}

TEST_F(HepListen, WhoeverWaitsIsAcceptedAtOnce) {
  const std::string text = sip_message("many", 5);
  for (int i = 0; i < 40; i++) write_all(connect_to(SOCK_STREAM), hep3(text));
  Packet packet;
  source_->next(&packet);  // accepts
  EXPECT_EQ(source_->waits_for().size(), 42U);
  EXPECT_EQ(receive(40).size(), 40U);
}

TEST_F(HepListen, TheConnectionThatWasSilentLongestMakesRoom) {
  const std::string text = sip_message("room", 5);
  const int agent = connect_to(SOCK_STREAM, 2);
  std::vector<int> silent = {connect_to(SOCK_STREAM, 2)};
  write_all(agent, hep3(text));
  EXPECT_EQ(receive(1).size(), 1U);
  while (silent.size() < kMaxHepPerPeer - 1) silent.push_back(connect_to(SOCK_STREAM, 2));
  const int other = connect_to(SOCK_STREAM, 3);
  Packet packet;
  source_->next(&packet);
  EXPECT_EQ(info().connections_closed, 0U);
  const int one_more = connect_to(SOCK_STREAM, 2);
  source_->next(&packet);
  EXPECT_EQ(info().connections_closed, 1U);
  EXPECT_TRUE(is_closed(silent[0]));
  for (const int fd : {agent, silent[1], other, one_more}) EXPECT_FALSE(is_closed(fd));
  write_all(agent, hep3(text));
  EXPECT_EQ(receive(1).size(), 1U);
}

TEST_F(HepListen, AThousandSilentOnesDoNotCutAnAgent) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * kMaxHepConnections + 200) GTEST_SKIP() << "too few descriptors";
  const std::string text = sip_message("silent", 5);
  const int agent = connect_to(SOCK_STREAM);
  Packet packet;
  for (size_t i = 0; i < kMaxHepConnections + 30; i++) {
    ASSERT_GE(connect_to(SOCK_STREAM, static_cast<uint32_t>(2 + i / (kMaxHepPerPeer - 4))), 0);
    if (i % 50 != 0) continue;
    write_all(agent, hep3(text));
    EXPECT_EQ(receive(1).size(), 1U);
  }
  for (int i = 0; i < 3; i++) source_->next(&packet);
  EXPECT_EQ(source_->waits_for().size(), kMaxHepConnections + 2);
  EXPECT_EQ(info().connections_closed, 31U);
  EXPECT_FALSE(is_closed(agent));
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(HepListen, WithoutAnAddressOnlyThisHostIsHeard) {
  listen("", "hep::0");
  EXPECT_GE(connect_to(SOCK_STREAM), 0);
  EXPECT_EQ(connect_to(SOCK_STREAM, 1, INADDR_LOOPBACK + 1), -1);
  listen("", "hep:0.0.0.0:0");
  EXPECT_GE(connect_to(SOCK_STREAM, 1, INADDR_LOOPBACK + 1), 0);
}

// Two HEP sources are merged: the busy one need not wait for the idle one, whose packets will be
// later.
TEST_F(HepListen, AnIdleOneHoldsNobodyUp) {
  std::vector<std::string> errors;
  source_ = open_captures({"hep::0", "hep::0"}, {}, log_, &errors);
  ASSERT_TRUE(errors.empty()) << errors[0];
  const std::string text = sip_message("two", 5);
  for (const SourceInfo* one : source_->infos()) {
    port_ = port_of(*one);
    const int fd = connect_to(SOCK_DGRAM);
    write_all(fd, hep3(text));
    write_all(fd, hep3(text));
    EXPECT_EQ(receive(2).size(), 2U);
  }
}

// The program gives up root. This can only be tested as root.
TEST(HepListenProgram, RootIsGivenUpAndWhoIsBelievedIsSaid) {
  int out[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  // A process that has given up root cannot be looked at by the leak checker.
  const pid_t child = start_binary({"calls", "hep:127.0.0.1:0"}, out[1], out[1],
                                   [] { setenv("ASAN_OPTIONS", "detect_leaks=0", 1); });
  std::string text(4096, '\0');
  text.resize(static_cast<size_t>(std::max<ssize_t>(read(out[0], text.data(), text.size()), 0)));
  EXPECT_NE(text.find("takes HEP from anybody"), std::string::npos) << text;
  std::ifstream status("/proc/" + std::to_string(child) + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("Uid:")) {
  }
  EXPECT_TRUE(line.starts_with("Uid:\t") && !line.starts_with("Uid:\t0\t")) << line;
  kill(child, SIGTERM);
  int ended = 0;
  EXPECT_EQ(waitpid(child, &ended, 0), child);
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0) << ended;
  for (const int fd : out) close(fd);
}

TEST(HepListenName, Wrong) {
  PacketLog log;
  for (const std::string name :
       {"hep:", "hep:1.2.3.4", "hep::", "hep:1.2.3.4:x", "hep:no such:1"}) {
    std::string error;
    EXPECT_EQ(listen_hep(name, "", 0, log, &error), nullptr) << name;
    EXPECT_TRUE(error.starts_with(name)) << error;
  }
}

}  // namespace
}  // namespace sipladder::hep_listen_test
