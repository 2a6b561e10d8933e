#include "capture/key_sources.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "capture/hep_sockets.h"

namespace sipladder {
struct KeySources::Source {
  enum class Kind : uint8_t { file, fifo, udp };
  explicit Source(KeyLog* log) : lines(log) {}
  Kind kind = Kind::file;
  Fd fd;
  KeyLogLines lines;
  bool ended = false;
};

KeySources::KeySources(KeyLog* log) : log_(log) {}
KeySources::~KeySources() = default;

std::string KeySources::open_udp(const std::string& name, Source* source) const {
  std::string host, port;
  if (!split_source_name(name, kKeyLogUdp, &host, &port))
    return name + ": a key source is udp:HOST:PORT";
  if (host.empty()) host = "127.0.0.1";
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int wrong = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); wrong != 0)
    return name + ": " + gai_strerror(wrong);
  std::string error = name + ": keys cannot be taken there";
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Fd fd(socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.get() >= 0 && bind(fd.get(), one->ai_addr, one->ai_addrlen) == 0) {
      source->fd = std::move(fd);
      error.clear();
      break;
    }
    error = name + ": keys cannot be taken there: " + std::strerror(errno);
  }
  freeaddrinfo(found);
  return error;
}

std::string KeySources::add(const std::string& name, bool live) {
  auto source = std::make_unique<Source>(log_);
  if (name.starts_with(kKeyLogUdp)) {
    source->kind = Source::Kind::udp;
    std::string error = open_udp(name, source.get());
    if (!error.empty()) return error;
    log_->expect_more();
    sources_.push_back(std::move(source));
    return {};
  }
  struct stat about {};
  const bool is_fifo = stat(name.c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
  // Opened for writing too, a FIFO does not end when its first writer leaves.
  const int how = is_fifo && live ? O_RDWR | O_NONBLOCK : O_RDONLY;
  source->fd = Fd(open(name.c_str(), how | O_CLOEXEC));
  if (source->fd.get() < 0) return name + ": the key log cannot be opened: " + std::strerror(errno);
  source->kind = is_fifo ? Source::Kind::fifo : Source::Kind::file;
  if (live) log_->expect_more();
  if (!is_fifo || !live) read_some(*source, SIZE_MAX);
  if (source->ended) return name + ": the key log cannot be read: " + std::strerror(errno);
  if (!live) source->lines.end();   // the last line may have no end
  if (is_fifo && !live) return {};  // its end has come
  sources_.push_back(std::move(source));
  return {};
}

void KeySources::read_some(Source& source, size_t most) {
  std::array<char, 16 << 10> buffer{};
  for (size_t taken = 0; taken < most && !source.ended;) {
    const ssize_t got = read(source.fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) source.ended = errno != EAGAIN && errno != EWOULDBLOCK;
    if (got < 0 || (got == 0 && source.kind != Source::Kind::udp)) break;
    source.lines.add({buffer.data(), static_cast<size_t>(got)});
    if (source.kind == Source::Kind::udp) source.lines.end();  // a datagram need not end its line
    taken += static_cast<size_t>(got) + 1;
  }
  explicit_bzero(buffer.data(), buffer.size());
}

void KeySources::look() {
  for (const auto& source : sources_) read_some(*source, kMaxReadAtOnce);
}

std::vector<int> KeySources::waits_for() const {
  std::vector<int> descriptors;
  for (const auto& source : sources_) {
    if (source->kind != Source::Kind::file && !source->ended)
      descriptors.push_back(source->fd.get());
  }
  return descriptors;
}

}  // namespace sipladder
