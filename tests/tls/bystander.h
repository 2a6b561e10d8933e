// A bystander of a TLS connection: gives the decoder what both ends say, as TCP segments that are
// whole, split, lost, late or in disorder.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capture/key_log.h"
#include "decode/decoder.h"
#include "tests/support/packet_builder.h"
#include "tests/tls/talk.h"

namespace sipladder::tls_talk {

using namespace build;

struct Segment {
  bool client;
  uint32_t sequence;
  std::string bytes;
};

class Bystander {
 public:
  Bystander() { decoder.set_keys(&keys); }

  void open() {
    send({true, 99, ""}, 0x02);
    send({false, 499, ""}, 0x12);
  }
  Fate send(const Segment& segment, uint8_t flags = 0x18) {
    const std::string& from = segment.client ? kClient : kServer;
    const std::string& to = segment.client ? kServer : kClient;
    const uint16_t from_port = segment.client ? kClientPort : kServerPort;
    const uint16_t to_port = segment.client ? kServerPort : kClientPort;
    const std::string raw =
        ip(tcp(segment.bytes, {segment.sequence, 1, flags}, from, to, from_port, to_port), 6, from,
           to);
    const Packet one = packet(raw, 101, ++frame, now_ns += kSecond / 100);
    const Fate fate = decoder.decode(one, &out);
    fates.push_back(fate);
    take();
    return fate;
  }
  void take_new_keys() {
    decoder.take_new_keys(&out);
    take();
  }
  void finish() {
    decoder.finish(&out);
    take();
  }
  TlsConnection row(size_t number = 0) {
    decoder.update_tls(&rows);
    return number < rows.size() ? rows[number] : TlsConnection{};
  }
  void learn(const std::string& text) {
    KeyLogLines lines(&keys);
    lines.add(text);
    lines.end();
  }

  KeyLog keys;
  Decoder decoder;
  std::vector<Datagram> out;
  std::vector<std::string> messages;
  std::vector<uint32_t> frames;
  std::vector<Transport> transports;
  std::vector<Fate> fates;
  std::vector<TlsConnection> rows;
  uint32_t frame = 0;
  int64_t now_ns = kNow;

 private:
  void take() {
    for (const Datagram& datagram : out) {
      messages.emplace_back(datagram.payload);
      frames.push_back(datagram.frame);
      transports.push_back(datagram.transport);
      EXPECT_FALSE(datagram.ref.is_stored());
    }
  }
};

// Cuts the flights into segments of at most `size` bytes.
inline std::vector<Segment> segments_of(const std::vector<Flight>& flights, size_t size) {
  std::vector<Segment> segments;
  uint32_t next[2] = {500, 100};
  for (const Flight& flight : flights) {
    for (size_t at = 0; at < flight.bytes.size(); at += size) {
      const std::string part = flight.bytes.substr(at, size);
      segments.push_back({flight.client, next[flight.client ? 1 : 0], part});
      next[flight.client ? 1 : 0] += static_cast<uint32_t>(part.size());
    }
  }
  return segments;
}

inline void say_some(Talk* talk) {
  talk->say(true, sip_message("one"));
  talk->say(false, sip_message("two", 3000));
  talk->say(true, sip_message("three", 40));
  talk->say(false, sip_message("four"));
}

inline void play(const std::vector<Segment>& segments, Bystander* bystander) {
  bystander->open();
  for (const Segment& segment : segments) bystander->send(segment);
}

}  // namespace sipladder::tls_talk
