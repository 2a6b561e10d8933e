// One ladder as the inside of an SVG, from 0, 0: no script, no style of its own.
#pragma once

#include <string>

#include "export/ladder_formats.h"

namespace sipladder {

struct LadderDrawing {
  std::string svg;
  int width = 0, height = 0;  // pixels
};

// `linked`: within a page that says titles and findings itself, and has #mN for message N and #sN
// for stream N; each row is a group that tells its time in milliseconds since `begin_ns`.
LadderDrawing draw_ladder(const Ladder& ladder, const LadderStyle& style, bool linked,
                          int64_t begin_ns);

}  // namespace sipladder
