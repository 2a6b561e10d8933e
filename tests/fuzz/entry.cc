// libFuzzer's entry to all targets: SIPLADDER_FUZZ names the one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/capture_mutator.h"
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace {

using Target = std::string (*)(std::string_view);

Target chosen_target() {
  const char* name = std::getenv("SIPLADDER_FUZZ");
  const std::string_view wanted = name == nullptr ? "" : name;
#define TARGET(name) \
  if (wanted == #name) return sipladder::fuzz::name;
#include "tests/fuzz/targets.def"
#undef TARGET
  std::fprintf(stderr, "SIPLADDER_FUZZ: name a target of tests/fuzz/targets.def\n");
  std::exit(2);
}

std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

size_t put(const std::string& text, uint8_t* out, size_t room) {
  const size_t size = text.size() < room ? text.size() : room;
  std::memcpy(out, text.data(), size);
  return size;
}

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Target target = chosen_target();
  sipladder::fuzz::limit_time(true);
  const std::string wrong = target(text_of(data, size));
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}

// A capture is changed packet by packet and header by header; one time in eight, and everything
// else, byte by byte.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  if (seed % 8 != 0) {
    const std::string changed =
        sipladder::fuzz::mutate_capture(text_of(data, size), seed, max_size);
    if (!changed.empty()) return put(changed, data, max_size);
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned seed) {
  const std::string both =
      sipladder::fuzz::cross_captures(text_of(data1, size1), text_of(data2, size2), seed, max_size);
  return put(both, out, max_size);
}
