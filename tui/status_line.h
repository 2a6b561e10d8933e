// What the last row says of the capture: how much was read, how fast, what is wrong with it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "query/session.h"

namespace sipladder {

class StatusLine {
 public:
  StatusLine(const Session& session, bool live) : session_(session), live_(live) {}

  // With the session's lock held.
  std::string text(bool paused);

 private:
  using Clock = std::chrono::steady_clock;
  std::string reading();

  const Session& session_;
  bool live_;
  Clock::time_point began_ = Clock::now();
};

// What an empty list should say: what was seen instead of SIP. Empty when there is SIP.
std::vector<std::string> instead_of_sip(const Model& model, const std::string& bpf);

}  // namespace sipladder
