// Prints the nanoseconds that each step of reading a capture takes. Each pass goes one step further
// than the pass before, and the difference is the time of that step. Also prints bytes of memory
// per SIP message.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "correlate/engine/engine.h"
#include "correlate/sip/sip_facts.h"
#include "decode/media.h"

namespace sipladder {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void each_packet(const std::string& name, PacketLog& log,
                 const std::function<void(const Packet&)>& visit) {
  std::vector<std::string> errors;
  const auto source = open_captures({name}, {}, log, &errors);
  if (source == nullptr) return;
  Packet packet;
  while (source->next(&packet) == ReadResult::packet) visit(packet);
}

// Uses the results, so that the optimiser does not drop the work.
uint64_t g_sum = 0;

void pass_read(const std::string& name) {
  PacketLog log;
  each_packet(name, log, [](const Packet& packet) { g_sum += packet.data[0]; });
}

void pass_decode(const std::string& name, const std::function<void(const Datagram&)>& visit) {
  PacketLog log;
  Decoder decoder;
  std::vector<Datagram> datagrams;
  each_packet(name, log, [&](const Packet& packet) {
    decoder.decode(packet, &datagrams);
    for (const Datagram& datagram : datagrams) visit(datagram);
  });
}

struct Counts {
  double packets = 0, sip = 0, rtp = 0, memory = 0;
};

Counts pass_correlate(const std::string& name) {
  PacketLog log;
  Model model;
  Engine engine(log, model);
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  each_packet(name, log, [&](const Packet& packet) { engine.process(packet); });
  model.finished = true;
  engine.catch_up();
  const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  const auto& classes = model.accounting.classes;
  return {static_cast<double>(model.accounting.packets),
          static_cast<double>(model.accounting.sip_messages),
          static_cast<double>(classes[static_cast<size_t>(PayloadClass::rtp)]),
          static_cast<double>(after - before)};
}

void run(const std::string& name) {
  constexpr int kRounds = 5;
  std::vector<double> read, decode, classify, index, facts, correlate;
  Counts counts;
  SipIndex sip;
  for (int i = 0; i < kRounds; i++) {
    read.push_back(seconds_of([&] { pass_read(name); }));
    decode.push_back(seconds_of(
        [&] { pass_decode(name, [](const Datagram& d) { g_sum += d.payload.size(); }); }));
    classify.push_back(seconds_of([&] {
      pass_decode(name, [](const Datagram& d) {
        g_sum += static_cast<uint64_t>(classify_payload(d.payload));
      });
    }));
    const auto index_one = [&](const Datagram& d) {
      return classify_payload(d.payload) == PayloadClass::sip && index_sip(d.payload, &sip);
    };
    index.push_back(seconds_of(
        [&] { pass_decode(name, [&](const Datagram& d) { g_sum += index_one(d) ? 1 : 0; }); }));
    facts.push_back(seconds_of([&] {
      pass_decode(name, [&](const Datagram& d) {
        if (index_one(d)) g_sum += facts_of(sip).transaction_key;
      });
    }));
    correlate.push_back(seconds_of([&] { counts = pass_correlate(name); }));
  }
  const auto median = [](std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  };
  const auto step = [&](const char* what, const std::vector<double>& times,
                        const std::vector<double>& before, double each, const char* unit) {
    const double from = before.empty() ? 0 : median(before);
    std::printf("%-28s %7.1f ns per %s\n", what, (median(times) - from) * 1e9 / each, unit);
  };
  std::printf("%s: %.0f packets, %.0f SIP messages, %.0f RTP packets\n", name.c_str(),
              counts.packets, counts.sip, counts.rtp);
  step("read", read, {}, counts.packets, "packet");
  step("link to UDP, TCP", decode, read, counts.packets, "packet");
  step("classify", classify, decode, counts.packets, "packet");
  if (counts.sip > counts.rtp) {
    step("header index", index, classify, counts.sip, "SIP message");
    step("keys", facts, index, counts.sip, "SIP message");
    step("correlate", correlate, facts, counts.sip, "SIP message");
    std::printf("%-28s %7.1f bytes per SIP message\n", "memory", counts.memory / counts.sip);
  } else {
    step("RTP", correlate, classify, counts.rtp, "RTP packet");
    std::printf("%-28s %7.3f bytes per RTP packet\n", "memory", counts.memory / counts.rtp);
  }
}

}  // namespace
}  // namespace sipladder

int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) sipladder::run(argv[i]);
  return sipladder::g_sum == 1 ? 1 : 0;
}
