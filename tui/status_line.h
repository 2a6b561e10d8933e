// The words about the capture in the last row: how much was read, how fast, what is wrong with it.
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

// Lines for a list without calls: what the capture holds instead of SIP. Empty when it holds SIP.
std::vector<std::string> instead_of_sip(const Model& model, const std::string& bpf);

}  // namespace sipladder
