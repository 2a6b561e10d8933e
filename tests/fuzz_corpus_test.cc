// Inputs of kinds on which the program was wrong once, or that fuzzing found, are tried again; and
// flows of the golden pages with a few changes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/capture_mutator.h"
#include "tests/fuzz/golden_flows.h"
#include "tests/fuzz/targets.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::fuzz_corpus_test {
namespace {

struct Target {
  const char* name;
  std::string (*run)(std::string_view);
};
constexpr Target kTargets[] = {
#define TARGET(name) {#name, fuzz::name},
#include "tests/fuzz/targets.def"
#undef TARGET
};

TEST(FuzzCorpus, EveryTargetIsContentWithWhatWasFound) {
  for (const Target& target : kTargets) {
    const std::string folder = root_path("tests/fuzz/corpus/" + std::string(target.name));
    EXPECT_EQ(target.run(""), "") << target.name;
    if (!exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      EXPECT_EQ(target.run(bytes), "") << entry.path();
    }
  }
}

// One change of every 32nd flow, because all of them take minutes. For some of them the program
// runs too: it must end with one of its exit statuses.
TEST(FuzzFlows, ChangedFlowsBreakNothing) {
  const auto flows = fuzz::golden_flows(root_path(""));
  ASSERT_FALSE(flows.empty());
  const std::string path = scratch_path("changed.pcap");
  uint32_t seed = 1;
  for (const auto& [name, bytes] : flows) {
    if (bytes.size() > 16'000 || ++seed % 32 != 0) continue;
    const std::string changed = fuzz::mutate_capture(bytes, seed, 1 << 16);
    EXPECT_EQ(fuzz::calls(changed), "") << name << ", seed " << seed;
    if (seed % 128 != 0) continue;
    std::ofstream(path, std::ios::binary) << changed;
    const int status = run_binary({"findings", path}).status;
    EXPECT_TRUE(status == 0 || status == 3) << name << ", seed " << seed << ": " << status;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sipladder::fuzz_corpus_test
