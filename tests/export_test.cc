// export -o FILE.wav: what a player gets.
#include <gtest/gtest.h>
#include <sndfile.h>

#include <filesystem>
#include <memory>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder {
namespace {

TEST(Export, WavHasBothPartiesOfTheTalk) {
  const std::string path = scratch_path("talk.wav");
  const RunResult result = run_binary({"export", "-o", path, root_path("samples/two-way.pcap")});
  EXPECT_EQ(result.status, 0) << result.err;
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info),
                                                         sf_close);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(info.channels, 2);
  EXPECT_EQ(info.samplerate, 8000);
  EXPECT_NEAR(static_cast<double>(info.frames) / 8000, 7.0, 0.1);
  std::filesystem::remove(path);
}

TEST(Export, SaysWhyNothingIsWritten) {
  EXPECT_EQ(run_binary({"export", "-o", "x.mp3", root_path("samples/two-way.pcap")}).status, 2);
  const RunResult silent =
      run_binary({"export", "-o", scratch_path("x.wav"), root_path("samples/busy.pcap")});
  EXPECT_EQ(silent.status, 4);
  EXPECT_NE(silent.err.find("none of the chosen calls has media"), std::string::npos) << silent.err;
  EXPECT_EQ(
      run_binary({"export", "-o", "/nowhere/x.wav", root_path("samples/two-way.pcap")}).status, 4);
}

}  // namespace
}  // namespace sipladder
