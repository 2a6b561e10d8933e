// All threads at once: HEP that comes, a file that is read ahead, and the interface that draws.
// What matters is what ThreadSanitizer says of it (./dev test --tsan).
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/capture_bytes.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"
#include "tests/support/scratch.h"
#include "tui/app.h"
#include "tui/engine_thread.h"

namespace sipladder::threads_test {
namespace {

constexpr uint64_t kFileSize = 34 << 20;  // more than is read without a thread

std::string sip_packet(int number) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string text = build::sip_message("c" + std::to_string(number), 1200);
  return build::ethernet_ip(build::ip(build::udp(text, a, b), 17, a, b));
}

void write_capture(const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  out << build::pcap_header();
  int number = 0;
  for (uint64_t size = 0; size < kFileSize; number++) {
    const std::string packet =
        build::pcap_packet(static_cast<uint32_t>(number / 1000), 0, sip_packet(number));
    out << packet;
    size += packet.size();
  }
}

void send_hep(uint16_t port, int count) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < count; i++) {
    const std::string packet = build::hep3(build::sip_message("live" + std::to_string(i % 50), 10));
    sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&address),
           sizeof address);
    if (i % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  close(fd);
}

TEST(Threads, LiveAFileAndTheInterface) {
  const std::string path = scratch_path("large.pcap");
  write_capture(path);
  Session session;
  std::vector<std::string> errors;
  auto source = open_captures({"hep::0", path}, {}, session.log, &errors);
  ASSERT_NE(source, nullptr);
  ASSERT_TRUE(errors.empty()) << errors[0];
  const std::string name = source->infos()[0]->name;
  const auto port = static_cast<uint16_t>(std::stoi(name.substr(name.rfind(':') + 1)));
  session.set_source(std::move(source));
  std::thread sender([port] { send_hep(port, 1000); });
  {
    EngineThread engine(session, true);
    const Shared shared{session.model, session.log,     session.analyst,
                        session.lock,  engine.verdicts, true};
    App app(shared, false, [&] { return std::to_string(session.progress()); });
    static constexpr Key kKeys[] = {kKeyDown,   kKeyEnter, kKeyPageDown,
                                    kKeyEscape, kKeyEnd,   kKeyHome};
    size_t drawn = 0;
    for (bool all = false; !all && drawn < 3000; drawn++) {
      app.frame(100, 30);
      app.key(kKeys[drawn % std::size(kKeys)]);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      const std::lock_guard lock(session.lock);
      all = session.progress() >= 1 && session.idle() && session.model.captures[0].packets > 0;
    }
    // Escape may have closed the first one before a row was there.
    App after(shared, false, [] { return std::string(); });
    EXPECT_NE(after.frame(100, 30).to_text().find("OPTIONS"), std::string::npos);
  }
  sender.join();
  EXPECT_GT(session.model.captures[0].packets, 0U);
  EXPECT_GT(session.model.captures[1].packets, 10'000U);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sipladder::threads_test
