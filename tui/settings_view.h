// Dialogs: settings, and saving calls.
#pragma once

#include <memory>
#include <vector>

#include "tui/view.h"

namespace sipladder {

std::unique_ptr<Screen> settings_view(const Shared& shared);

// Saves the `chosen` calls, or all `shown` ones when none is chosen, in a format that the user
// takes from the list of exporters.
std::unique_ptr<Screen> save_stream_view(const Shared& shared, StreamId stream);  // as .wav
std::unique_ptr<Screen> save_view(const Shared& shared, std::vector<CallId> chosen,
                                  std::vector<CallId> shown);

}  // namespace sipladder
