// Shapes of captures. Each is a function that writes n of something; twice as many must take the
// program twice as long.
#pragma once

#include <string_view>
#include <vector>

#include "bench/growth/capture.h"

namespace sipladder::growth {

struct Shape {
  std::string_view name;
  std::string_view what;  // the things of which there are n
  int small;              // n at which quadratic work shows within a second
  void (*write)(Capture& out, int n);
};

extern const std::vector<Shape> kCallShapes, kLegShapes, kRegistrationShapes, kTransportShapes,
    kMediaShapes, kMessageShapes, kPlainShapes, kEncryptedShapes, kRelayShapes;
std::vector<Shape> all_shapes();

}  // namespace sipladder::growth
