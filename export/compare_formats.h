// A comparison of two points as text, JSON and HTML.
#pragma once

#include <string>

#include "export/point_compare.h"

namespace sipladder {

// Names of the captures, as the user gave them. Text from the network is escaped in each.
std::string compare_text(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b, const std::string& name_a,
                         const std::string& name_b);
std::string compare_json(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b);
// One page that loads nothing.
std::string compare_html(const std::string& text, const std::string& name_a,
                         const std::string& name_b);

}  // namespace sipladder
