#include "capture/inflate.h"

#include <zlib.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr size_t kStep = 16 << 10;

enum class Unpacked { all, more, broken };

// Unpacks until the input is used up. *out gets at most `limit` + 1 bytes: one too many tells that
// it was too long.
Unpacked unpack(z_stream& stream, std::string_view packed, size_t limit, std::string* out) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  while (true) {
    const size_t have = out->size();
    const size_t room = std::min(kStep, limit + 1 - have);
    out->resize(have + room);
    stream.next_out = reinterpret_cast<Bytef*>(out->data() + have);
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, Z_SYNC_FLUSH);
    out->resize(have + room - stream.avail_out);
    if (result == Z_STREAM_END) return Unpacked::all;
    if (result != Z_OK && result != Z_BUF_ERROR) return Unpacked::broken;
    if (out->size() > limit) return Unpacked::broken;
    if (stream.avail_out > 0) return Unpacked::more;
  }
}

}  // namespace

bool inflate_whole(std::string_view packed, size_t limit, std::string* out) {
  out->clear();
  z_stream stream{};
  constexpr int kZlibOrGzip = 15 + 32;
  if (inflateInit2(&stream, kZlibOrGzip) != Z_OK) return false;
  const Unpacked result = unpack(stream, packed, limit, out);
  inflateEnd(&stream);
  return result == Unpacked::all && out->size() <= limit;
}

struct MessageInflater::State {
  z_stream stream{};
  bool usable = false;
  ~State() {
    if (usable) inflateEnd(&stream);
  }
};

MessageInflater::MessageInflater() : state_(std::make_unique<State>()) {
  constexpr int kRaw = -15;
  state_->usable = inflateInit2(&state_->stream, kRaw) == Z_OK;
}
MessageInflater::~MessageInflater() = default;
MessageInflater::MessageInflater(MessageInflater&&) noexcept = default;
MessageInflater& MessageInflater::operator=(MessageInflater&&) noexcept = default;

bool MessageInflater::inflate(std::string_view packed, size_t limit, std::string* out) {
  using namespace std::string_view_literals;
  out->clear();
  if (!state_->usable) return false;
  Unpacked result = unpack(state_->stream, packed, limit, out);
  // The sender has cut these four bytes off the end (RFC 7692 section 7.2.1).
  if (result == Unpacked::more) result = unpack(state_->stream, "\0\0\xFF\xFF"sv, limit, out);
  // A message may end in a final block: the next one begins afresh with the same window.
  if (result == Unpacked::all) inflateResetKeep(&state_->stream);
  if (result != Unpacked::broken) return true;
  inflateEnd(&state_->stream);
  state_->usable = false;
  return false;
}

}  // namespace sipladder
