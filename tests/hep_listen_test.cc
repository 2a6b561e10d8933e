// HEP that servers send here.
#include "capture/hep_listen.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"

namespace sipladder {
namespace {

using namespace build;

class HepListen : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string error;
    source_ = listen_hep("hep:127.0.0.1:0", 0, log_, &error);
    ASSERT_NE(source_, nullptr) << error;
    const std::string& name = source_->infos()[0]->name;
    port_ = static_cast<uint16_t>(std::stoi(name.substr(name.rfind(':') + 1)));
  }
  int connect_to(int type) const {
    const int fd = socket(AF_INET, type, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
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
  uint16_t port_ = 0;
};

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
  close(fd);
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
  close(one);
  close(two);
  Packet packet;
  EXPECT_EQ(source_->next(&packet), ReadResult::idle);
  EXPECT_EQ(source_->infos()[0]->packets, 6U);
}

TEST(HepListenName, Wrong) {
  PacketLog log;
  for (const std::string name :
       {"hep:", "hep:1.2.3.4", "hep::", "hep:1.2.3.4:x", "hep:no such:1"}) {
    std::string error;
    EXPECT_EQ(listen_hep(name, 0, log, &error), nullptr) << name;
    EXPECT_TRUE(error.starts_with(name)) << error;
  }
}

}  // namespace
}  // namespace sipladder
