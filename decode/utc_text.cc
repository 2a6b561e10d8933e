#include "decode/utc_text.h"

#include <array>
#include <ctime>

#include "capture/time_units.h"

namespace sipladder {

std::string utc_text(int64_t time_ns) {
  if (time_ns == 0) return {};
  const std::time_t seconds = time_ns / kSecondNs;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &utc)};
}

}  // namespace sipladder
