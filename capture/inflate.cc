#include "capture/inflate.h"

#include <zlib.h>

namespace sipladder {

std::string inflate_whole(std::string_view compressed, size_t limit) {
  constexpr int kZlibOrGzip = 15 + 32;  // told by the header
  std::string out(limit, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, kZlibOrGzip) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  out.resize(result == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

}  // namespace sipladder
