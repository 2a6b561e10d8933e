#include "export/sessions.h"

#include <algorithm>

namespace sipladder {

std::vector<CallId> with_other_legs(const std::vector<CallId>& calls, Analyst& analyst) {
  analyst.legs().update();
  std::vector<CallId> result = calls;
  for (const CallId call : calls) {
    for (const CallId leg : analyst.legs().legs_of(call)) result.push_back(leg);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace sipladder
