// sipladder capture as a service: signals, figures, HEP, a program that is killed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "capture/hep_listen.h"
#include "decode/decoder.h"
#include "probe/hep_link.h"
#include "probe/hep_packet.h"
#include "probe/host_port.h"
#include "probe/metrics_server.h"
#include "probe/service.h"
#include "tests/support/capture_files.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"

namespace sipladder::capture_service_test {
namespace {

using namespace build;

constexpr int64_t kSecond = 1'000'000'000;

void pause_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The service reads a pipe that stays open, in place of a device, which tests do not have.
class Service : public CaptureTest {
 protected:
  void SetUp() override {
    CaptureTest::SetUp();
    std::string name = (folder_ / "notify").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    notices_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ASSERT_EQ(bind(notices_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    ASSERT_EQ(mkfifo(place("in").c_str(), 0600), 0);
    in_ = open(place("in").c_str(), O_RDWR | O_CLOEXEC);
    err_ = open(place("err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string head = pcap({});
    ASSERT_EQ(write_in(head), head.size());
  }
  void TearDown() override {
    if (child_ > 0) kill(child_, SIGKILL);
    for (const int fd : {in_, err_, notices_}) close(fd);
    unsetenv("NOTIFY_SOCKET");
    CaptureTest::TearDown();
  }
  std::string place(const std::string& name) const { return (folder_ / name).string(); }
  size_t write_in(const std::string& bytes) const {
    return static_cast<size_t>(::write(in_, bytes.data(), bytes.size()));
  }
  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"capture",     place("in"), "-w",
                                      place("ring"), "--flush",   "50ms"};
    words.insert(words.end(), more.begin(), more.end());
    // The service leaves a signal ignored that it finds ignored, as under nohup.
    child_ = start_binary(words, STDOUT_FILENO, err_, [] { signal(SIGHUP, SIG_DFL); });
    ASSERT_EQ(notice(), "READY=1");
  }
  std::string notice() const {
    pollfd one{notices_, POLLIN, 0};
    poll(&one, 1, 30'000);
    char text[128];
    const ssize_t got = recv(notices_, text, sizeof text, 0);
    return {text, static_cast<size_t>(std::max<ssize_t>(got, 0))};
  }
  void send_messages(int count) {
    std::string bytes;
    for (int i = 0; i < count; i++) {
      const std::string message = ethernet_ip(
          ip(udp(sip_message("call"), "192.0.2.1", "192.0.2.2"), 17, "192.0.2.1", "192.0.2.2"));
      bytes += pcap({{1'700'000'000 * kSecond + sent_++ * 1000, message}}).substr(24);
    }
    ASSERT_EQ(write_in(bytes), bytes.size());
  }
  // The count of packets in all files. Waits until there are at least `wanted`.
  size_t written(size_t wanted) {
    size_t there = 0;
    for (int tries = 0; tries < 500 && there < wanted; tries++) {
      pause_ms(20);
      errors_.clear();
      if (std::filesystem::exists(place("ring"))) there = read({place("ring")}).size();
    }
    return there;
  }
  size_t files() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(place("ring")))
      count += entry.path().extension() == ".pcapng";
    return count;
  }
  int end_by(int signal) {
    kill(child_, signal);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = 0;
    return status;
  }
  bool tells(const std::string& text) const {
    for (int tries = 0; tries < 250; tries++) {
      if (contents(place("err")).find(text) != std::string::npos) return true;
      pause_ms(20);
    }
    ADD_FAILURE() << contents(place("err"));
    return false;
  }

  int in_ = -1, err_ = -1, notices_ = -1;
  pid_t child_ = 0;
  int sent_ = 0;
};

TEST_F(Service, EndsWithAllThatCame) {
  for (const int signal : {SIGTERM, SIGINT}) {
    start();
    send_messages(5);
    EXPECT_GE(written(static_cast<size_t>(sent_)), static_cast<size_t>(sent_));
    EXPECT_EQ(end_by(signal), 0);
    EXPECT_EQ(notice(), "STOPPING=1");
    EXPECT_TRUE(tells("5 written"));
    const std::string head = pcap({});
    write_in(head);  // for the next one
  }
}

TEST_F(Service, BeginsAFileWhenAsked) {
  start();
  send_messages(3);
  EXPECT_EQ(written(3), 3U);
  kill(child_, SIGHUP);
  pause_ms(300);
  send_messages(2);
  EXPECT_EQ(written(5), 5U);
  EXPECT_EQ(files(), 2U);
  kill(child_, SIGUSR1);
  EXPECT_TRUE(tells("5 packets seen, 5 written"));
  EXPECT_EQ(end_by(SIGTERM), 0);
}

// The first bytes of a connection do not tell what it carries, and for a moment nothing follows.
TEST_F(Service, WaitsForWhatAConnectionCarries) {
  start();
  send_messages(1);
  pause_ms(1000);
  const auto segment = [&](const std::string& payload, uint8_t flags, uint32_t sequence) {
    TcpFields fields;
    fields.flags = flags;
    fields.sequence = sequence;
    const std::string bytes = ethernet_ip(ip(
        tcp(payload, fields, "192.0.2.1", "192.0.2.2", 40000, 7000), 6, "192.0.2.1", "192.0.2.2"));
    const std::string record = pcap({{1'700'000'000 * kSecond + sent_++ * 1000, bytes}}).substr(24);
    ASSERT_EQ(write_in(record), record.size());
  };
  segment("", 2, 0);
  pause_ms(250);
  segment(sip_message("tcp"), 0x18, 1);
  EXPECT_EQ(written(3), 3U);
  EXPECT_EQ(end_by(SIGTERM), 0);
}

TEST_F(Service, KilledItLeavesWholePackets) {
  start();
  send_messages(100);
  EXPECT_EQ(written(100), 100U);
  send_messages(7);
  end_by(SIGKILL);
  EXPECT_GE(read({place("ring")}).size(), 100U);
  EXPECT_EQ(damage(), "");
}

// A client of HTTP; the server works meanwhile.
std::string ask(MetricsServer& server, const std::string& request) {
  SocketAddress address;
  std::string error;
  EXPECT_TRUE(
      resolve_host_port("127.0.0.1:" + std::to_string(server.port()), "", &address, &error));
  const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(fd.get(), address.get(), address.size), 0);
  send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  for (int tries = 0; tries < 100; tries++) {
    server.work(0, [] { return std::string("a_total 1\n"); });
    char bytes[512];
    const ssize_t got = recv(fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0) return answer;
    if (got > 0) answer.append(bytes, static_cast<size_t>(got));
    if (got < 0 && errno != EAGAIN) return answer;
    if (got < 0) pause_ms(1);
  }
  return answer + " (still open)";
}

TEST(Metrics, AnswersOverHttp) {
  MetricsServer server;
  ASSERT_EQ(server.open("127.0.0.1:0"), "");
  const std::string answer = ask(server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\nContent-Length: 10\r\nConnection: close\r\n\r\na_total 1\n"));
  EXPECT_TRUE(ask(server, "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask(server, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(ask(server, "\n\n").starts_with("HTTP/1.1 405 "));
  EXPECT_EQ(ask(server, "GET /" + std::string(kMostRequest + 2048, 'x')), "");
}

TEST(Metrics, WhoIsSlowMakesRoom) {
  MetricsServer server;
  ASSERT_EQ(server.open("127.0.0.1:0"), "");
  SocketAddress address;
  std::string error;
  resolve_host_port("127.0.0.1:" + std::to_string(server.port()), "", &address, &error);
  std::vector<Fd> slow;
  for (size_t i = 0; i < 2 * kMostScrapes; i++) {
    slow.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(connect(slow.back().get(), address.get(), address.size), 0);
    server.work(0, [] { return std::string(); });
  }
  std::vector<pollfd> fds;
  server.add_descriptors(&fds);
  EXPECT_EQ(fds.size(), kMostScrapes + 1);
  EXPECT_TRUE(ask(server, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
  server.work(kScrapeLimitNs + 1, [] { return std::string(); });
  fds.clear();
  server.add_descriptors(&fds);
  EXPECT_EQ(fds.size(), 1U);
}

// A collector, and what it gets over HEP.
class HepOut : public testing::Test {
 protected:
  void listen(const std::string& key) {
    std::string error;
    source_ = listen_hep("hep:127.0.0.1:0", key, 0, log_, &error);
    ASSERT_NE(source_, nullptr) << error;
    const std::string name = source_->infos()[0]->name;
    place_ = "127.0.0.1:" + name.substr(name.rfind(':') + 1);
  }
  // nullopt: nothing comes.
  std::optional<Datagram> receive(HepLink& link) {
    for (int tries = 0; tries < 200; tries++) {
      link.work(tries);
      if (source_->next(&packet_) == ReadResult::packet) {
        decoder_.decode(packet_, &out_);
        return out_.at(0);
      }
      pause_ms(1);
    }
    return std::nullopt;
  }
  static Datagram datagram(bool v6, Transport transport) {
    Datagram one;
    one.time_ns = 1'700'000'000 * kSecond + 123'456'000;
    one.src = {*parse_ip(v6 ? "2001:db8::1" : "192.0.2.1"), 5060};
    one.dst = {*parse_ip(v6 ? "2001:db8::2" : "192.0.2.2"), 5070};
    one.transport = transport;
    return one;
  }

  PacketLog log_;
  std::unique_ptr<PacketSource> source_;
  std::string place_;
  Packet packet_;
  Decoder decoder_;
  std::vector<Datagram> out_;
};

TEST_F(HepOut, AReceiverGetsWhatWasCaptured) {
  const std::string text = sip_message("hep", 50);
  for (const std::string scheme : {"", "udp:", "tcp:"}) {
    listen("secret");
    HepLink link;
    ASSERT_EQ(link.open(scheme + place_, ""), "");
    for (const Transport transport :
         {Transport::udp, Transport::tcp, Transport::tls, Transport::ws})
      for (const bool v6 : {false, true}) {
        Datagram one = datagram(v6, transport);
        one.payload = text;
        link.send(hep_packet(one, HepContent::sip, {7, "secret"}), 0);
        const auto got = receive(link);
        ASSERT_TRUE(got);
        EXPECT_EQ(got->payload, text);
        EXPECT_EQ(got->time_ns, one.time_ns);
        EXPECT_EQ(got->src, one.src);
        EXPECT_EQ(got->dst, one.dst);
        EXPECT_EQ(got->transport, transport);
      }
    EXPECT_EQ(link.dropped(), 0U);
  }
}

TEST_F(HepOut, WithoutTheKeyItIsRefused) {
  listen("secret");
  HepLink link;
  ASSERT_EQ(link.open(place_, ""), "");
  Datagram one = datagram(false, Transport::udp);
  const std::string text = sip_message("hep");
  one.payload = text;
  link.send(hep_packet(one, HepContent::sip, {7, ""}), 0);
  EXPECT_FALSE(receive(link));
  EXPECT_EQ(source_->infos()[0]->refused, 1U);
}

TEST_F(HepOut, ConnectsAgainAndKeepsWhatFits) {
  HepLink link;
  listen("");
  source_ = nullptr;  // nobody is there
  ASSERT_EQ(link.open("tcp:" + place_, ""), "");
  const std::string packet(60'000, 'x');
  for (size_t bytes = 0; bytes < 2 * kMostQueued; bytes += packet.size()) link.send(packet, 0);
  link.work(1);
  pause_ms(20);
  link.work(2);
  EXPECT_FALSE(link.is_up());
  EXPECT_NE(link.trouble(), "");
  EXPECT_LE(link.queued_bytes(), kMostQueued);
  EXPECT_GT(link.dropped(), 200U);
  std::string error;
  source_ = listen_hep("hep:" + place_, "", 0, log_, &error);
  ASSERT_NE(source_, nullptr) << error;
  size_t got = 0;
  Packet one;
  for (int64_t tries = 0; tries < 20'000 && link.queued_bytes() > 0; tries++) {
    link.work(3 * kSecond + tries);
    got += source_->next(&one) == ReadResult::packet;
  }
  EXPECT_TRUE(link.is_up());
  EXPECT_EQ(link.queued_bytes(), 0U);
  EXPECT_GT(got, 10U);
}

TEST_F(HepOut, NothingIsQueuedWhenItIsFinished) {
  HepLink link;
  listen("");
  source_ = nullptr;  // nobody is there
  ASSERT_EQ(link.open("tcp:" + place_, ""), "");
  for (int i = 0; i < 3; i++) link.send("packet", 0);
  EXPECT_EQ(link.queued_bytes(), 18U);
  link.finish(1);
  EXPECT_EQ(link.dropped(), 3U);
  EXPECT_EQ(link.queued_bytes(), 0U);
}

TEST(ServiceFigures, BeforeItRunsThereIsNoSource) {
  ServiceRequests requests;
  const CaptureService service({}, requests, [](const std::string&) {});
  const std::string metrics = service.metrics();
  EXPECT_NE(metrics.find("sipladder_sip_messages_total 0\n"), std::string::npos) << metrics;
  EXPECT_EQ(metrics.find("source="), std::string::npos) << metrics;
}

TEST_F(HepOut, WhatDoesNotFitIsNotSent) {
  Datagram one = datagram(false, Transport::udp);
  const std::string text(kMostHepPacket, 'x');
  one.payload = text;
  EXPECT_EQ(hep_packet(one, HepContent::sip, {}), "");
  one.payload = "x";
  one.src = {};
  EXPECT_EQ(hep_packet(one, HepContent::sip, {}), "");
}

}  // namespace
}  // namespace sipladder::capture_service_test
