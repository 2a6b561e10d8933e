// One ladder as the inside of an SVG, from 0, 0: no script, no style of its own.
#pragma once

#include <string>

#include "export/ladder_formats.h"

namespace sipladder {

struct LadderDrawing {
  std::string svg;
  int width = 0, height = 0;  // pixels
};

// `linked`: the picture is part of the HTML report, which shows titles and findings itself. Then
// each row is a link to the element #mN of message N or #sN of stream N, and its attribute data-t
// holds its time in milliseconds since `begin_ns`.
LadderDrawing draw_ladder(const Ladder& ladder, const LadderStyle& style, bool linked,
                          int64_t begin_ns);

}  // namespace sipladder
