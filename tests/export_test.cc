// export -o FILE.wav, read back by libsndfile, and ladders in files.
#include <gtest/gtest.h>
#include <sndfile.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "export/ladder_formats.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::export_test {
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

TEST(Export, WavOfOneStreamHasOneChannel) {
  const std::string path = scratch_path("stream.wav");
  const std::string sample = root_path("samples/one-way-nat.pcap");
  const RunResult result = run_binary({"export", "-o", path, "--stream", "2", sample});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("stream.wav: stream 2, 7.0 s\n  203.0.113.1:47643 > 192.0.2.50:10000"),
            std::string::npos)
      << result.out;
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info),
                                                         sf_close);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(info.channels, 1);
  EXPECT_NEAR(static_cast<double>(info.frames) / 8000, 7.0, 0.1);
  std::filesystem::remove(path);
  const RunResult none = run_binary({"export", "-o", path, "--stream", "99", sample});
  EXPECT_EQ(none.status, 0);
  EXPECT_NE(none.err.find("no stream is number 99"), std::string::npos) << none.err;
  EXPECT_EQ(run_binary({"export", "-o", "x.csv", "--stream", "2", sample}).status, 2);
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

TEST(Export, AFolderHasWhatATicketNeeds) {
  const std::string folder = scratch_path("ticket");
  const std::string sample = root_path("samples/one-way-nat.pcap");
  for (const std::string& out : {folder + "/", folder}) {  // made, and there already
    const RunResult result = run_binary({"export", "-o", out, "--call", "2", sample});
    EXPECT_EQ(result.status, 0) << result.err;
    for (const char* name : {"/report.html", "/calls.pcapng", "/calls.csv", "/ladders.txt"})
      EXPECT_GT(std::filesystem::file_size(folder + name), 100U) << name;
  }
  std::filesystem::remove_all(folder);
  EXPECT_EQ(run_binary({"export", "-o", "/proc/x/", sample}).status, 4);
}

// What `ladder --format` prints is in the file, with the same options.
TEST(Export, LaddersByEnding) {
  const std::string sample = root_path("samples/hold-resume.pcap");
  for (const LadderFormat& format : ladder_formats()) {
    if (format.ending.empty() || format.name == "html") continue;  // it tells how it was made
    const std::string path = scratch_path("ladder" + std::string(format.ending));
    const RunResult result = run_binary({"export", "-o", path, "--sdp", "--utc", sample});
    EXPECT_EQ(result.status, 0) << result.err;
    std::stringstream written;
    written << std::ifstream(path).rdbuf();
    EXPECT_EQ(
        written.str(),
        run_binary({"ladder", "--format", std::string(format.name), "--sdp", "--utc", sample}).out);
    EXPECT_FALSE(written.str().empty()) << format.name;
    std::filesystem::remove(path);
  }
}

// GitHub and GitLab refuse large diagrams: the program says so, and still writes the whole diagram.
TEST(Export, LargeMermaidDiagramIsTold) {
  const std::string path = write_flow(
      scratch_path("large.pcap"),
      "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
      "repeat 1001 every=0.5 from=1\n0.000 alice > bob OPTIONS sip:bob@example.com call=c{n}\n"
      "0.100 bob > alice 200 (OPTIONS)\nend\n");
  const RunResult large = run_binary({"ladder", "--format", "mermaid", path});
  EXPECT_EQ(large.status, 0);
  EXPECT_NE(large.err.find("2002 arrows"), std::string::npos) << large.err;
  EXPECT_NE(large.out.find("[2002]"), std::string::npos);
  const RunResult small = run_binary({"ladder", "--format", "mermaid", "--call", "1", path});
  EXPECT_EQ(small.err, "");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sipladder::export_test
