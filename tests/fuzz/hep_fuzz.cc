// HEP as it comes over a connection: it is cut into packets, and asked for its key.
#include "capture/hep_connections.h"
#include "capture/hep_senders.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string hep(std::string_view input) {
  while (true) {
    const std::string_view one = next_hep(input);
    if (one.empty()) return {};
    if (one.size() > kMaxHep) return "a packet of HEP is longer than one can be";
    const HepLabel label = hep_label(one);
    if (refusal_of(label, "key") == HepRefusal::none &&
        refusal_of(label, "another") == HepRefusal::none)
      return "two keys fit";
    input.remove_prefix(one.size());
  }
}

}  // namespace sipladder::fuzz
