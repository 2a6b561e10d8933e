// The comparison of two capture points (point_compare.h) as text, JSON and HTML.
#pragma once

#include <string>

#include "export/point_compare.h"

namespace sipladder {

// `name_a`, `name_b`: of the captures, as the user gave them. Text from the network is escaped.
std::string compare_text(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b, const std::string& name_a,
                         const std::string& name_b);
std::string compare_json(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b);
// `text`: what compare_text() returned. The result is one page that loads nothing else.
std::string compare_html(const std::string& text, const std::string& name_a,
                         const std::string& name_b);

}  // namespace sipladder
