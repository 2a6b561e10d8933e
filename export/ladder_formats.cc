#include "export/ladder_formats.h"

#include <algorithm>

namespace sipladder {

#define LADDER_FORMAT(make, name, ending, about, options) \
  std::unique_ptr<LadderWriter> make(const LadderStyle& style, BoundedOutput* out);
#include "export/ladder_formats.def"
#undef LADDER_FORMAT

const std::vector<LadderFormat>& ladder_formats() {
  static const std::vector<LadderFormat> kAll = {
#define LADDER_FORMAT(make, name, ending, about, options) \
  {make, name, ending, about, kTakesLadderOptions | (options)},
#include "export/ladder_formats.def"
#undef LADDER_FORMAT
  };
  return kAll;
}

const LadderFormat* find_ladder_format(std::string_view name) {
  const auto& all = ladder_formats();
  if (name.empty()) return &all.front();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const LadderFormat& format) { return format.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_text(const LadderFormat& format) {
  return (format.options & kTakesLineOptions) != 0;
}

}  // namespace sipladder
