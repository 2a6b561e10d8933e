// Writes capture files: pcap in micro- or nanoseconds, and pcapng with an interface for each link
// type and interface of each source (draft-ietf-opsawg-pcapng).
//
// Bytes, lengths, order and times are those of the packets given; times before 1970, which the
// formats cannot say, become 0. Same packets, same bytes. Threads: one.
// Only whole blocks are handed to the system, kBuffered bytes at a time or by flush(). So the file
// never ends with half a packet: not while it is written, and not after a full disk.
// Errors: the first is kept, close() returns it as a sentence without the file's name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "capture/packet.h"

namespace sipladder {

enum class CaptureFormat : uint8_t { pcap, pcapng };

class CaptureWriter {
 public:
  // `fine`: times of pcap are in nanoseconds; those of pcapng always are.
  CaptureWriter(CaptureFormat format, bool fine) : format_(format), fine_(fine) {}
  ~CaptureWriter();
  CaptureWriter(const CaptureWriter&) = delete;
  CaptureWriter& operator=(const CaptureWriter&) = delete;

  // Empty, or why the file cannot be written.
  std::string open(const std::string& path);
  // Writes `packet.data`, `packet.ref.length` bytes. False once something is wrong.
  // `interface_name` (may be empty) is written when the interface is new, `comment` (UTF-8) in
  // pcapng only.
  bool add(const Packet& packet, std::string_view interface_name, std::string_view comment);
  // Hands over what is buffered. False once something is wrong.
  bool flush();
  // Writes what is buffered. Empty, or the first error. `dropped`: packets that the capture missed;
  // pcapng says so.
  std::string close(uint64_t dropped = 0);

  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return written_ + buffer_.size(); }  // of the file and of the buffer
  uint64_t written() const { return written_; }                 // bytes that the system has
  // Packets in the buffer. They are lost once something is wrong.
  uint64_t unwritten_packets() const { return buffered_packets_; }
  bool has_failed() const { return !error_.empty(); }

 private:
  // Source, interface, link type.
  using InterfaceKey = std::tuple<uint16_t, uint16_t, uint16_t>;

  void write(std::string_view bytes);
  void write_block(uint32_t type, std::string_view body);
  void begin(uint16_t link_type);
  uint32_t interface_of(const Packet& packet, std::string_view name);
  void add_pcap(const Packet& packet);
  void add_pcapng(const Packet& packet, std::string_view name, std::string_view comment);

  CaptureFormat format_;
  bool fine_;
  bool begun_ = false;
  uint16_t link_type_ = 0;  // of pcap
  int file_ = -1;
  std::string buffer_;  // whole blocks
  uint64_t written_ = 0;
  uint64_t buffered_packets_ = 0;
  std::map<InterfaceKey, uint32_t> interfaces_;
  uint64_t packets_ = 0;
  std::string error_;
};

}  // namespace sipladder
