// One capture as a stream of packets: pcap (micro- and nanoseconds, either byte order) and pcapng
// (draft-ietf-opsawg-pcapng; sections, interfaces that differ in link type and resolution).
//
// Threads: one. Errors: damage ends the file; SourceInfo::damage says what is wrong and where.
// Bounds: a packet of 1 MiB, a block of 2 MiB (longer ones that are not needed are skipped).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/byte_input.h"
#include "capture/key_log.h"
#include "capture/packet_source.h"

namespace sipladder {

class CaptureFile : public PacketSource {
 public:
  CaptureFile(std::string name, uint16_t index, uint64_t size, ByteInput input);

  // `ahead_ns` is subtracted from the time of every packet.
  void correct_clock(int64_t ahead_ns) { info_.clock_ahead_ns = ahead_ns; }
  // `keys` gets the TLS secrets of Decryption Secrets Blocks. It must outlive this; null: nobody
  // wants them.
  void give_secrets_to(KeyLog* keys) { keys_ = keys; }

  // The file may still be written: a last packet that is there in part only is no damage.
  void expect_half_packet() { may_grow_ = true; }

  // Reads the file header. `packet`: it is read, and next() gives packets. `idle`: ask again.
  // `end`: infos()[0]->damage says why it is no capture.
  ReadResult begin();
  ReadResult next(Packet* packet) override;
  std::vector<int> waits_for() const override { return input_.waits_for(); }
  std::vector<const SourceInfo*> infos() const override { return {&info_}; }

 private:
  struct Interface {
    uint16_t link_type = 0;
    uint32_t snap_length = 0;
    uint64_t ticks_per_second = 1'000'000;
    int64_t offset_seconds = 0;
    uint64_t dropped = 0;
    std::string name;
  };
  enum class Format { unknown, pcap, pcapng };

  ReadResult next_pcap(Packet* packet);
  ReadResult next_pcapng(Packet* packet);
  const char* read_block_header(uint32_t* type, uint32_t* length);
  ByteInput::State skip();
  bool read_packet_block(uint32_t type, const uint8_t* body, uint32_t length, Packet* packet);
  void read_interface(const uint8_t* body, uint32_t length);
  bool begin_secrets(uint32_t length);
  void read_secrets(const uint8_t* body, size_t length);
  void read_statistics(const uint8_t* body, uint32_t length);
  ReadResult fill(Packet* packet, int64_t time_ns, uint16_t link_type, uint32_t captured,
                  uint32_t original, size_t at);
  uint16_t interface_ = 0;  // of the packet that fill() hands out
  ReadResult stop(ByteInput::State state, const char* what);
  uint32_t u32(const uint8_t* p) const;
  uint16_t u16(const uint8_t* p) const;

  ByteInput input_;
  SourceInfo info_;
  Format format_ = Format::unknown;
  bool swapped_ = false;
  bool ended_ = false;
  bool may_grow_ = false;
  uint64_t ticks_ = 1'000'000;
  uint16_t link_type_ = 0;
  uint16_t index_ = 0;
  uint64_t skip_ = 0;                   // bytes left of a block too large for the window
  KeyLog* keys_ = nullptr;              // null: nobody wants secrets
  std::optional<KeyLogLines> secrets_;  // of a block that is read in steps
  uint64_t secrets_left_ = 0;           // bytes of it
  uint32_t max_captured_ = 0;           // of classic pcap: its snap length, if larger than usual
  size_t pending_ = 0;  // bytes of the record handed out last: consumed by the following next()
  size_t packet_header_ = 16;  // bytes, of a pcap file
  std::vector<Interface> interfaces_;
};

}  // namespace sipladder
