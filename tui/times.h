// Times as the user wants them: of the day, or since some moment.
#pragma once

#include <cstdint>
#include <string>

#include "export/ladder_layout.h"
#include "tui/view.h"

namespace sipladder {

// Switches to the next way of showing times, and says in the notice which one it is.
void step_time_mode(Ui* ui);
// Makes times count from `time_ns`.
void count_from(int64_t time_ns, Ui* ui);

// "12:03:05" or "+1.250", at most nine columns. `begin_ns`: the beginning of the capture.
// `before_ns`: the time of the row above; 0: there is none.
std::string short_time(const Shared& shared, int64_t time_ns, int64_t begin_ns, int64_t before_ns);
// The title of the column of these times.
std::string short_time_title(const Ui& ui);

// Sets the options of a ladder so that its times are shown the same way.
void tell_times(const Shared& shared, const Ladder& ladder, LadderTextOptions* options);

}  // namespace sipladder
