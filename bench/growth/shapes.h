// Shapes of captures that grow: each is one function that writes n of something. What the program
// does with twice as many must take twice as long.
#pragma once

#include <string_view>
#include <vector>

#include "bench/growth/capture.h"

namespace sipladder::growth {

struct Shape {
  std::string_view name;
  std::string_view what;  // there are n of
  int small;              // n that shows a square in a second
  void (*write)(Capture& out, int n);
};

extern const std::vector<Shape> kCallShapes, kLegShapes, kRegistrationShapes, kTransportShapes,
    kMediaShapes, kMessageShapes, kPlainShapes, kEncryptedShapes;
std::vector<Shape> all_shapes();

}  // namespace sipladder::growth
