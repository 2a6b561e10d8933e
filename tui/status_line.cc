#include "tui/status_line.h"

#include <fmt/format.h>

#include "correlate/model/names.h"
#include "decode/decoder.h"
#include "export/time_text.h"

namespace sipladder {

std::string StatusLine::reading() {
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  const double progress = session_.progress();
  const auto packets = static_cast<double>(session_.model.accounting.packets);
  if (progress < 0) return "  reading";
  std::string out = fmt::format("  reading {:.0f}%", progress * 100);
  // In the first second, rate and time left would only flicker.
  if (seconds < 1 || progress < 0.01) return out;
  const double left = seconds * (1 - progress) / progress;
  return out + fmt::format("  {:.0f} packets/s  {} left", packets / seconds,
                           duration_text(static_cast<int64_t>(left * 1e9)));
}

std::string StatusLine::text(bool paused) {
  std::string out = counted(session_.model.accounting.packets, "packet");
  uint64_t dropped = 0, refused = 0;
  bool anybody = false;
  std::string damage;
  for (const SourceInfo& info : session_.model.captures) {
    dropped += info.dropped;
    refused += info.refused;
    anybody |= info.from_anybody;
    if (!info.damage.empty()) damage = "  " + info.damage;
  }
  if (dropped > 0) out += fmt::format("  {} dropped", dropped);
  if (refused > 0) out += fmt::format("  {} without the HEP key refused", refused);
  const uint64_t evicted = session_.model.evicted.calls;
  if (evicted > 0) out += "  " + counted(evicted, "call") + " given up for memory";
  if (const std::string trouble = session_.log.trouble(); !trouble.empty()) return trouble + damage;
  if (session_.model.finished) return out + damage;
  if (paused) return out + "  paused: p goes on";
  if (live_) return out + (anybody ? "  live, HEP from anybody" : "  live");
  return out + reading();
}

std::vector<std::string> instead_of_sip(const Model& model, const std::string& bpf) {
  std::vector<std::string> lines;
  const Accounting& all = model.accounting;
  if (all.sip_messages > 0) return lines;
  lines.push_back(
      fmt::format("No SIP {}in {}.", model.finished ? "" : "yet ", counted(all.packets, "packet")));
  for (size_t i = 0; i < all.classes.size(); i++) {
    if (all.classes[i] > 0)
      lines.push_back(
          fmt::format("{:>10}  {}", all.classes[i], to_string(static_cast<PayloadClass>(i))));
  }
  if (all.icmp_errors > 0) lines.push_back(fmt::format("{:>10}  ICMP errors", all.icmp_errors));
  for (size_t i = 1; i < all.fates.size(); i++) {
    if (all.fates[i] > 0)
      lines.push_back(fmt::format("{:>10}  {}", all.fates[i], sentence_of(static_cast<Fate>(i))));
  }
  if (!bpf.empty())
    lines.push_back("Only packets that pass the filter \"" + bpf +
                    "\" are looked at; one by port hides all but the first IP fragment, tunnels "
                    "and VLANs.");
  return lines;
}

}  // namespace sipladder
