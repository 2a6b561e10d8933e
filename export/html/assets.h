// Style and script of the report: report.css and report.js, put here when the program is built.
#pragma once

#include <string_view>

namespace sipladder {

extern const std::string_view kReportStyle, kReportScript;

}  // namespace sipladder
