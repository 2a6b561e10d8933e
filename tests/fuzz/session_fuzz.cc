#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "export/ladder_text.h"
#include "query/session.h"

// A whole file of any kind, as a user opens it: read, decoded, correlated, judged and drawn.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sipladder;
  static const int fd = memfd_create("input", 0);
  static const std::string name = "/proc/self/fd/" + std::to_string(fd);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  Session session;
  session.set_memory(64 << 20);
  std::vector<std::string> errors;
  auto source = open_captures({name}, {}, session.log, &errors);
  if (source == nullptr) return 0;
  session.set_source(std::move(source));
  session.run();
  session.analyst.all();
  LadderOptions options;
  options.sdp = options.raw = options.transactions = true;
  for (const CallId call : session.model.calls.ids()) {
    ladder_text(build_ladder({session.model, session.log, session.analyst, {call}}, options), {});
  }
  return 0;
}
