#include "decode/cut_header.h"

namespace sipladder {

void drop_cut_header(std::string_view bytes, SipIndex* sip) {
  if (sip->headers.empty() || bytes.ends_with('\r')) return;
  const char* const cut_line = bytes.data() + (bytes.rfind('\n') + 1);
  const HeaderLine last = sip->headers.back();
  // The last field was cut if its name, or the end of its folded value, is in the last line.
  if (last.name.data() < cut_line && last.value.data() + last.value.size() <= cut_line) return;
  sip->headers.pop_back();
  if (last.id == HeaderId::cseq) sip->cseq = CSeq{};
  uint16_t& first = sip->first[static_cast<size_t>(last.id)];
  if (last.id != HeaderId::other && first > sip->headers.size()) first = 0;
}

}  // namespace sipladder
