#include "capture/capture_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kBuffered = 256 << 10;
constexpr uint16_t kEthernet = 1;
constexpr uint16_t kComment = 1, kInterfaceName = 2, kUserApplication = 4, kTimeResolution = 9;
constexpr size_t kLongestOption = 60'000;

// Numbers are in the byte order of the host, as the formats have it.
template <typename Number>
void put(std::string* out, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out->append(bytes, sizeof number);
}

void pad(std::string* out) {
  out->append((4 - out->size() % 4) % 4, '\0');
}

void put_option(std::string* out, uint16_t code, std::string_view value) {
  value = value.substr(0, kLongestOption);
  put(out, code);
  put(out, static_cast<uint16_t>(value.size()));
  out->append(value);
  pad(out);
}

void end_options(std::string* out) {
  put(out, uint32_t{0});
}

std::string_view bytes_of(const Packet& packet) {
  return {reinterpret_cast<const char*>(packet.data), packet.ref.length};
}

}  // namespace

CaptureWriter::~CaptureWriter() {
  if (file_ >= 0) ::close(file_);
}

std::string CaptureWriter::open(const std::string& path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) error_ = std::strerror(errno);
  return error_;
}

void CaptureWriter::write(std::string_view bytes) {
  if (error_.empty()) buffer_.append(bytes);
}

bool CaptureWriter::flush() {
  size_t done = 0;
  while (error_.empty() && done < buffer_.size()) {
    const ssize_t got = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error_ = std::strerror(errno);
    if (got > 0) done += static_cast<size_t>(got);
  }
  if (!error_.empty()) {
    // The half of a block would make the whole file unreadable to some.
    if (done > 0 && ftruncate(file_, static_cast<off_t>(written_)) != 0) written_ += done;
    return false;
  }
  written_ += done;
  buffer_.clear();
  buffered_packets_ = 0;
  return true;
}

void CaptureWriter::write_block(uint32_t type, std::string_view body) {
  const auto length = static_cast<uint32_t>(body.size() + 12);
  std::string head;
  put(&head, type);
  put(&head, length);
  write(head);
  write(body);
  write(std::string_view(head).substr(4));
}

void CaptureWriter::begin(uint16_t link_type) {
  begun_ = true;
  link_type_ = link_type;
  std::string head;
  if (format_ == CaptureFormat::pcap) {
    put(&head, fine_ ? 0xA1B23C4DU : 0xA1B2C3D4U);
    put(&head, uint16_t{2});
    put(&head, uint16_t{4});
    put(&head, uint64_t{0});
    put(&head, kSnapLength);
    put(&head, uint32_t{link_type});
    return write(head);
  }
  put(&head, 0x1A2B3C4DU);
  put(&head, uint16_t{1});
  put(&head, uint16_t{0});
  put(&head, int64_t{-1});  // the section's length is not told
  put_option(&head, kUserApplication, "sipladder");
  end_options(&head);
  write_block(0x0A0D0D0A, head);
}

uint32_t CaptureWriter::interface_of(const Packet& packet, std::string_view name) {
  const InterfaceKey key{packet.source, packet.interface, packet.link_type};
  const auto [found, is_new] = interfaces_.emplace(key, interfaces_.size());
  if (!is_new) return found->second;
  std::string body;
  put(&body, packet.link_type);
  put(&body, uint16_t{0});
  put(&body, kSnapLength);
  if (!name.empty()) put_option(&body, kInterfaceName, name);
  put_option(&body, kTimeResolution, "\x09");
  end_options(&body);
  write_block(1, body);
  return found->second;
}

void CaptureWriter::add_pcap(const Packet& packet) {
  if (packet.link_type != link_type_) {
    error_ = "its packets are of different link types (" + std::to_string(link_type_) + " and " +
             std::to_string(packet.link_type) + "), which .pcap cannot hold; name it .pcapng";
    return;
  }
  const int64_t time_ns = std::max<int64_t>(packet.time_ns, 0);
  const int64_t fraction = time_ns % kSecondNs;
  std::string head;
  put(&head, static_cast<uint32_t>(time_ns / kSecondNs));
  put(&head, static_cast<uint32_t>(fine_ ? fraction : fraction / 1000));
  put(&head, packet.ref.length);
  put(&head, packet.original);
  write(head);
  write(bytes_of(packet));
}

void CaptureWriter::add_pcapng(const Packet& packet, std::string_view name,
                               std::string_view comment) {
  const uint32_t interface = interface_of(packet, name);
  const auto ticks = static_cast<uint64_t>(std::max<int64_t>(packet.time_ns, 0));
  std::string body;
  body.reserve(packet.ref.length + 40);
  put(&body, interface);
  put(&body, static_cast<uint32_t>(ticks >> 32));
  put(&body, static_cast<uint32_t>(ticks));
  put(&body, packet.ref.length);
  put(&body, packet.original);
  body.append(bytes_of(packet));
  pad(&body);
  if (!comment.empty()) {
    put_option(&body, kComment, comment);
    end_options(&body);
  }
  write_block(6, body);
}

bool CaptureWriter::add(const Packet& packet, std::string_view interface_name,
                        std::string_view comment) {
  if (!begun_) begin(packet.link_type);
  if (format_ == CaptureFormat::pcap) {
    add_pcap(packet);
  } else {
    add_pcapng(packet, interface_name, comment);
  }
  if (!error_.empty()) return false;
  packets_++;
  buffered_packets_++;
  return buffer_.size() < kBuffered || flush();
}

std::string CaptureWriter::close(uint64_t dropped) {
  if (file_ < 0) return error_;
  if (!begun_) begin(kEthernet);
  if (format_ == CaptureFormat::pcapng && dropped > 0 && !interfaces_.empty()) {
    constexpr uint16_t kDropped = 5;
    std::string body(12, '\0');  // the first interface, at no time
    put(&body, kDropped);
    put(&body, uint16_t{sizeof dropped});
    put(&body, dropped);
    end_options(&body);
    write_block(5, body);
  }
  flush();
  if (::close(file_) != 0 && error_.empty()) error_ = std::strerror(errno);
  file_ = -1;
  return error_;
}

}  // namespace sipladder
