// Times as the user wants them told: of the day, or since something.
#pragma once

#include <cstdint>
#include <string>

#include "export/ladder_layout.h"
#include "tui/view.h"

namespace sipladder {

// The next way to tell times; the notice says which one it is.
void step_time_mode(Ui* ui);
// Times count from there.
void count_from(int64_t time_ns, Ui* ui);

// Nine columns at most: "12:03:05", "+1.250". `begin_ns`: of the capture; `before_ns`: of the row
// above, 0 when there is none.
std::string short_time(const Shared& shared, int64_t time_ns, int64_t begin_ns, int64_t before_ns);
// What stands above them.
std::string short_time_title(const Ui& ui);

void tell_times(const Shared& shared, const Ladder& ladder, LadderTextOptions* options);

}  // namespace sipladder
